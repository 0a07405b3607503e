"""Duplicate rows are looked up where their targets agree, and only there."""

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.model.bundle_scores import raw_scores
from pipeweave_dagster.core.model.duplicate_lookup import duplicate_row_lookup
from pipeweave_dagster.core.model.prepare_features import prepare
from pipeweave_dagster.core.training.data.fold_features import bounds
from pipeweave_dagster.core.training.ensemble.duplicate_rows import fit_lookup_trust


def test_copies_are_looked_up_where_their_targets_agree_and_only_there():
    rng = np.random.default_rng(1)
    chances = rng.dirichlet([1, 1, 1], 1500)
    y = np.array([rng.choice(3, p=p) for p in chances])
    pairs = pd.DataFrame({"a": np.arange(1500) // 2 * 1.0, "k": ["x"] * 1500})
    equal = np.repeat(y[::2], 2)
    trust = fit_lookup_trust(pairs, equal, chances, 3)
    assert trust is not None
    assert trust >= 0.9
    assert fit_lookup_trust(pairs, y, chances, 3) is None, "copies with other targets"
    distinct = pairs.assign(a=np.arange(1500.0))
    assert fit_lookup_trust(distinct, equal, chances, 3) is None, "no copies"


def test_a_copy_of_a_known_row_is_predicted_from_the_target_seen():
    known = pd.DataFrame({"n": [1.0, 2.0, 2.0, np.nan]})
    lookup = duplicate_row_lookup(known, np.array([10.0, 20.0, 30.0, 5.0]), 0, 0.9)

    class Constant:
        def transform(self, rows):
            return rows

        def predict(self, x):
            return np.full(len(x), 100.0)

    frame = [{"name": "n", "use": "numeric"}]
    member = {"pipeline": [Constant(), Constant()], "classes": [], "weight": 1.0}
    bundle = {"classes": [], "frame": frame, "members": [member], "memory": lookup}
    rows = pd.DataFrame({"n": [2.0, 3.0, None, 1.0]})
    assert list(raw_scores(bundle, rows)) == pytest.approx([32.5, 100.0, 14.5, 19.0])
    assert len(prepare(rows, frame)) == 4


def test_values_are_clipped_to_the_training_range_and_a_quarter_more():
    assert bounds(np.array([10.0, 50.0])) == (0.0, 60.0)
    assert bounds(np.array([-4.0, 4.0])) == (-6.0, 6.0)
