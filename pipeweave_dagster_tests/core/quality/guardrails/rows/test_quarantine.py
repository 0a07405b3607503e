"""PW601: quarantined rows."""

from pipeweave_dagster_tests.factories import brief

COLUMNS = {"x": list(range(200)), "y": ["a", "b"] * 100}


def test_quarantined_rows_alert(findings_of):
    found = findings_of("PW601", COLUMNS, quarantined=5)
    assert brief(found) == [("PW601", "alerted")]
    assert found[0].evidence["rows"] == 5
    assert "in the wrong way" not in found[0].message
    assert "Correct these lines" in found[0].proposal
    [many] = findings_of("PW601", COLUMNS, quarantined=50)
    assert "the file is read in the wrong way: with another delimiter" in many.message
    assert "read: {delimiter: ..., header: ...}" in many.proposal


def test_without_them_it_passes(findings_of):
    assert findings_of("PW601", COLUMNS) == []
