"""Any encoding and line end is read as UTF-8."""

import pytest

PLAIN = "name,age,paid\nAnn,34,1.5\nBob,41,2.25\nCid,29,3.0\n"


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends(read, rows, end):
    read(PLAIN.replace("\n", end))
    assert [r["age"] for r in rows()] == [34, 41, 29]


def test_mixed_line_ends(read, rows):
    snapshot = read("a,b\r\n1,2\n3,4\r5,6\r\n")
    assert [r["b"] for r in rows()] == [2, 4, 6]
    assert snapshot.dialect.line_end == "mixed"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "latin-1", "mac_roman"])
def test_encodings(read, rows, encoding):
    text = "city,people\nMünchen,3\nKöln,2\nDüsseldorf,1\n" * 1
    read(text.encode(encoding))
    assert rows()[0]["city"] == "München"
