"""The joint AUC of the other columns: near chance for noise, high where several columns agree."""

import numpy as np
import pyarrow as pa

from pipeweave_dagster.core.columns.encode_column import encode_column
from pipeweave_dagster.core.columns.predictive_power import split_halves
from pipeweave_dagster.core.documents import ColumnDeduction
from pipeweave_dagster.core.quality.other_columns import joint_auc

N = 3000


def column(name, values):
    info = ColumnDeduction(
        name=name, type="numeric", storage="number", role="feature", confidence=1,
        reason="", distinct=N, missing=0,
    )  # fmt: skip
    return encode_column(info, pa.chunked_array([pa.array(values)]))


def test_noise_several_weak_columns_and_a_copy():
    rng = np.random.default_rng(0)
    event = rng.random(N) < 0.3
    rows, half = np.ones(N, bool), split_halves(N)
    noise = [column(f"n{i}", rng.normal(size=N)) for i in range(20)]
    weak = [column(f"w{i}", event + rng.normal(size=N)) for i in range(8)]
    copy = column("copy", event * 1.0)
    assert abs(joint_auc(noise, event, rows, half) - 0.5) < 0.05
    alone, together = (joint_auc(each, event, rows, half) for each in (weak[:1], weak))
    assert 0.7 < alone < 0.8
    assert together > 0.95
    assert joint_auc([*noise, copy], event, rows, half) < 0.55, "a copy is no independent trace"
