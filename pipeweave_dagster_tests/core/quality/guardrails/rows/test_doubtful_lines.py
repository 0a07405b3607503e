"""PW607: lines of the file whose role is in doubt."""

from pipeweave_dagster.core.documents import LeftOutLine
from pipeweave_dagster_tests.factories import brief

COLUMNS = {"x": list(range(200)), "y": ["a", "b"] * 100}


def left_out(fields, kind="title"):
    return [LeftOutLine(line=1, kind=kind, text="ab | cd", fields=fields)]


def test_a_line_with_as_many_texts_as_columns_alerts(findings_of):
    [found] = findings_of("PW607", COLUMNS, reading={"left_out": left_out(2)})
    assert brief([found]) == [("PW607", "alerted")]
    assert "line 1: 'ab | cd'" in found.message
    [comment] = findings_of("PW607", COLUMNS, reading={"left_out": left_out(3, "comment")})
    assert comment.evidence["lines"] == [1]


def test_a_title_or_a_repeated_header_does_not(findings_of):
    assert findings_of("PW607", COLUMNS, reading={"left_out": left_out(1)}) == []
    repeated = left_out(2, "repeated header")
    assert findings_of("PW607", COLUMNS, reading={"left_out": repeated}) == []


def test_a_doubtful_header_alerts_with_the_setting_that_decides(findings_of):
    doubt = "In doubt: read with 1 header row, but with no header is about as likely."
    text = f"{doubt} If so, set read: {{skip: 0, header: 0}}."
    [found] = findings_of("PW607", COLUMNS, reading={"doubt": text})
    assert found.message == doubt
    assert found.proposal == "If so, set read: {skip: 0, header: 0}."
