"""Labels that were flipped are found, and honest noise is not blamed."""

import numpy as np
import pytest

from pipeweave_dagster.core.columns.coded_table import Table
from pipeweave_dagster.core.columns.predictive_power import halves
from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster.core.quality.label_noise import label_odds
from pipeweave_dagster_tests.factories import make_dataset

N = 12_000
RNG = np.random.default_rng(0)
X = [RNG.normal(size=N) for _ in range(4)]
ODDS = 7 * X[0] + 4 * X[1] + np.abs(X[2]) - 1
HONEST = (RNG.random(N) < 1 / (1 + np.exp(-ODDS))).astype(int)
WRONG = RNG.random(N) < 0.05
FLIPPED = np.where(WRONG, 1 - HONEST, HONEST)


def case_of(path, y):
    return make_dataset(
        path, {**{f"x{i}": x for i, x in enumerate(X)}, "copy": X[0] * 3, "y": y}, "y"
    )


def findings(path, y):
    case = case_of(path, y)
    found = inspect(case.snapshot, case.schema, case.data, DatasetSettings())
    return [f for f in found.findings if f.code == "PW107" and f.state == "alerted"]


def test_flipped_labels_are_ranked_first(tmp_path):
    case = case_of(tmp_path, FLIPPED)
    table = Table(case.data, case.schema)
    columns = [table[f"x{i}"] for i in range(4)]
    p = label_odds(columns, table.target, halves(N), np.arange(N))
    odd = np.where(FLIPPED == 1, p, 1 - p)
    worst = np.argsort(odd)[:200]
    assert WRONG[worst].mean() >= 0.6


def test_honest_noise_is_no_alert_and_flips_are(tmp_path):
    assert findings(tmp_path, HONEST) == []
    [found] = findings(tmp_path, FLIPPED)
    assert found.evidence["rows"] > 1.75 * found.evidence["by_chance"]
    rows = np.array(found.evidence["first"]) - 1
    assert WRONG[rows].mean() >= 0.7


@pytest.mark.parametrize("rows", [200, 1000])
def test_few_rows_are_not_judged(tmp_path, rows):
    case = make_dataset(tmp_path, {"x": X[0][:rows], "z": X[1][:rows], "y": FLIPPED[:rows]}, "y")
    found = inspect(case.snapshot, case.schema, case.data, DatasetSettings())
    assert [f for f in found.findings if f.code == "PW107"] == []
