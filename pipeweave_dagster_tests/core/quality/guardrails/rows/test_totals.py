"""PW609: rows that are sums of others are no observations."""

import numpy as np
import pytest

from pipeweave_dagster.core.documents import DatasetSettings


def shop(rng, months=2, rows=300):
    """Sales with a total per month, and one of them all at the end."""
    names, pieces, sales = [], [], []
    for month in range(months):
        sold = rng.integers(1, 100, rows)
        taken = np.round(sold * rng.uniform(5, 50, rows), 2)
        names += [*rng.choice(["a", "b", "c"], rows), f"sum of {month}"]
        pieces += [*sold, sold.sum()]
        sales += [*taken, taken.sum().round(2)]
    last = [rows + month * (rows + 1) for month in range(months)]
    return {
        "shop": [*names, "all"],
        "pieces": np.array([*pieces, sum(pieces[i] for i in last)]),
        "y": np.array([*sales, round(sum(sales[i] for i in last), 2)]),
    }, [*last, months * (rows + 1)]


@pytest.mark.parametrize("months", [1, 2, 12])
def test_totals_are_left_out_and_outweigh_nothing(findings_of, rng, months):
    columns, rows = shop(rng, months)
    if months == 1:  # a total of all would repeat that of the month
        columns, rows = {name: values[:-1] for name, values in columns.items()}, rows[:1]
    [found] = findings_of("PW609", columns, "regression")
    assert (found.state, found.evidence["count"]) == ("fixed", len(rows))
    assert found.evidence["rows"] == rows[:10]
    assert f"row {rows[0] + 1:,}" in found.message
    assert findings_of("PW606", columns, "regression") == []


def test_totals_that_are_kept_are_an_alert_and_outliers(findings_of, rng):
    columns, _ = shop(rng)
    keep = DatasetSettings(totals="keep")
    [found] = findings_of("PW609", columns, "regression", settings=keep)
    assert (found.state, found.patch) == ("alerted", {"totals": "leave_out"})
    assert findings_of("PW606", columns, "regression", settings=keep) != []


def test_other_tables_have_none(findings_of, rng):
    columns = {"x": rng.integers(0, 100, 400), "y": rng.normal(size=400)}
    assert findings_of("PW609", columns, "regression") == []
