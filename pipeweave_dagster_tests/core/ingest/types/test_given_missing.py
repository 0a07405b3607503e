"""What the settings list as missing is missing in the typed table, whatever its form."""

import pytest

from pipeweave_dagster.core.documents import ColumnSetting

CASES = {
    "integers": (["-200", "5", "7"], ["-200"], "integer"),
    "numbers": (["-200", "5.5", "7"], ["-200"], "number"),
    "numbers in another form": (["-200.0", "5.5", "-2e2"], ["-200"], "number"),
    "thousands": (['"1,999"', '"2,345.5"', '"12,000"'], ["1999"], "number"),
    "dates": (["01.01.1900", "31.12.2020", "13.05.2021"], ["01.01.1900"], "date"),
    "with a word": (["-200", "5", "n/a"], ["-200", "n/a"], "integer"),
    "zero": (["0.0", "5.5", "7.25"], ["0"], "number"),
}


@pytest.mark.parametrize(("values", "missing", "type_"), CASES.values(), ids=CASES)
def test_listed_values_are_missing(read, rows, values, missing, type_):
    file = "v,n\n" + "".join(f"{values[i % 3]},{i}\n" for i in range(30))
    snapshot = read(file, columns={"v": ColumnSetting(missing=missing)})
    column = snapshot.columns[0]
    found = [row["v"] is None for row in rows()[:3]]
    assert (column.type, found[0], found[1]) == (type_, True, False)
    assert column.missing == 10 * sum(found)
    assert "Stored as missing" in column.note


def test_values_that_are_not_listed_stay(read):
    column = read("v,n\n-200,1\n5,2\n", columns={"v": ColumnSetting(missing=["-20", "x'"])})
    assert column.columns[0].missing == 0
