"""The errors at each threshold are those that one counts by hand."""

import pandas as pd
import pytest

from pipeweave_dagster.core.documents import Costs
from pipeweave_dagster.core.metrics.threshold_table import threshold_table


def test_errors_and_cost_at_a_threshold(tmp_path):
    path = tmp_path / "rows.parquet"
    table = {"target": ["yes", "yes", "no", "no"], "probability_yes": [0.9, 0.4, 0.6, 0.1]}
    pd.DataFrame(table).to_parquet(path)
    rows = threshold_table(path, "yes", Costs(false_positive=2, false_negative=10))
    assert len(rows) == 101
    half = rows[50]
    assert (half.true_positive, half.false_positive) == (1, 1)
    assert (half.false_negative, half.true_negative) == (1, 1)
    assert half.cost == pytest.approx(3.0)
    assert half.precision == half.recall == 0.5
    assert rows[0].recall == 1.0
    assert rows[100].precision is None
