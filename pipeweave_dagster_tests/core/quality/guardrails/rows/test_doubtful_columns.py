"""PW608: columns whose values may be read in two ways."""

import pytest

from pipeweave_dagster_tests.factories import brief

COLUMNS = {"x": list(range(200)), "y": ["a", "b"] * 100}


def test_a_column_in_doubt_alerts_with_the_setting_that_decides(findings_of):
    doubt = (
        "Read the point as a decimal mark; it may be another."
        " What decides: columns: {NAME: {type: integer}}."
    )
    [found] = findings_of("PW608", COLUMNS, reading={"doubts": {"x": doubt}})
    assert brief([found]) == [("PW608", "alerted", "x")]
    assert found.columns == ["x"]
    assert found.message == "'x': Read the point as a decimal mark; it may be another."
    assert "columns: {x: {type: integer}}" in found.proposal


@pytest.mark.parametrize("doubts", [{}, {"x": None}])
def test_certain_columns_do_not(findings_of, doubts):
    assert findings_of("PW608", COLUMNS, reading={"doubts": doubts}) == []
