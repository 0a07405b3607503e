"""Importances that depend on the training rows are marked as unreliable."""

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.evaluation.audit.probe import TREES
from pipeweave_dagster.core.evaluation.audit.stability import stability, stability_of_probes
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.training_set import make_training_set
from pipeweave_dagster_tests.factories import make_pipeline, write_parquet


class Columns:
    """Stands for fitted features: numbers as they are."""

    transformers_ = (("numbers", "passthrough", ["a", "b", "c", "d"]),)
    output_indices_ = {"numbers": slice(0, 4)}

    def transform(self, features):
        return features.to_numpy()


def members(target_of, rows=400):
    from lightgbm import LGBMRegressor

    rng = np.random.default_rng(0)
    found = []
    for fold in range(4):
        x = rng.normal(size=(rows, 4))
        model = LGBMRegressor(n_estimators=10, verbosity=-1, n_jobs=1)
        model.fit(x, target_of(x, rng, fold))
        found.append({"pipeline": {0: Columns(), -1: model}, "weight": 0.25})
    frame = [{"name": name, "use": "numeric"} for name in "abcd"]
    return {"frame": frame, "classes": [], "members": found}


@pytest.mark.parametrize(
    ("target_of", "readable"),
    [
        (lambda x, rng, fold: x @ [8.0, 4.0, 2.0, 1.0], True),
        (lambda x, rng, fold: x[:, fold] + 0.01 * rng.normal(size=len(x)), False),
    ],
)
def test_importances_that_depend_on_the_rows_are_marked(target_of, readable):
    table = pd.DataFrame(np.random.default_rng(1).normal(size=(100, 4)), columns=list("abcd"))
    found = stability(members(target_of), table)
    assert found.models == 4
    assert found.readable is readable
    assert (found.correlation >= 0.7) is readable


@pytest.mark.parametrize(("noise", "readable"), [(0.1, True), (1e3, False)])
def test_probes_are_compared_for_a_model_without_two_members_of_one_kind(noise, readable, tmp_path):
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(300, 8)), columns=list("abcdefgh"))
    weights = 2.0 ** np.arange(8)
    frame = table.assign(y=table.to_numpy() @ weights + noise * rng.normal(size=300))
    spec = make_pipeline(frame, "y", "regression")
    job = make_training_set(spec, read_table(spec, write_parquet(frame, tmp_path)), seed=0)
    found = stability_of_probes(job, TREES, table)
    assert (found.models, found.by) == (4, "quick models of a similar kind")
    assert found.readable is readable


def test_one_part_alone_has_nothing_to_be_compared_with():
    bundle = members(lambda x, rng, fold: x[:, 0])
    bundle["members"] = bundle["members"][:1]
    assert stability(bundle, pd.DataFrame(np.zeros((5, 4)), columns=list("abcd"))) is None
