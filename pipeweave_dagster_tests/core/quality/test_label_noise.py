"""The least likely labels are mostly the flipped ones."""

import numpy as np

from pipeweave_dagster.core.columns.coded_table import Table
from pipeweave_dagster.core.columns.predictive_power import split_halves
from pipeweave_dagster.core.quality.label_noise import positive_probabilities
from pipeweave_dagster_tests.factories import make_dataset

N = 12_000


def test_flipped_labels_are_the_least_likely(tmp_path, rng):
    x = [rng.normal(size=N) for _ in range(4)]
    log_odds = 7 * x[0] + 4 * x[1] + np.abs(x[2]) - 1
    noisy = (rng.random(N) < 1 / (1 + np.exp(-log_odds))).astype(int)
    wrong = rng.random(N) < 0.05
    y = np.where(wrong, 1 - noisy, noisy)
    case = make_dataset(tmp_path, {**{f"x{i}": v for i, v in enumerate(x)}, "y": y}, "y")
    table = Table(case.data, case.schema)
    columns = [table[f"x{i}"] for i in range(4)]
    p = positive_probabilities(columns, table.target, split_halves(N), np.arange(N))
    least_likely = np.argsort(np.where(y == 1, p, 1 - p))[:200]
    assert wrong[least_likely].mean() >= 0.6
