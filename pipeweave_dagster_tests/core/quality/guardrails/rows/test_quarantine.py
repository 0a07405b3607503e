"""PW601: quarantined rows."""

from pipeweave_dagster_tests.factories import brief

COLUMNS = {"x": list(range(200)), "y": ["a", "b"] * 100}


def test_quarantined_rows_alert(findings_of):
    found = findings_of("PW601", COLUMNS, quarantined=5)
    assert brief(found) == [("PW601", "alerted")]
    assert found[0].evidence["rows"] == 5
    assert "parsed incorrectly" not in found[0].message
    [many] = findings_of("PW601", COLUMNS, quarantined=50)
    assert "parsed incorrectly" in many.message


def test_without_them_it_passes(findings_of):
    assert findings_of("PW601", COLUMNS) == []
