"""`read:` in pipeweave.yaml wins over what is detected."""

import pytest

from pipeweave_dagster.core.documents import DatasetSettings, RawFile, RawUpload
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import ingest
from pipeweave_dagster.core.landing import parse_settings


@pytest.fixture
def read_as(tmp_path, out):
    def read_as_(content, **read):
        path = tmp_path / "upload"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        file = RawFile(name="d.csv", sha256="0", size_bytes=path.stat().st_size)
        settings = DatasetSettings(read=read)
        return ingest(RawUpload(dataset="d", files=[file], settings=settings), [path], out)

    return read_as_


TEXT = "a,b\n" + "".join(f"{i},{i * 2}\n" for i in range(30))


def test_header_and_lines_above_it(read_as):
    assert [c.name for c in read_as(TEXT).columns] == ["a", "b"]
    none = read_as(TEXT, header=0)
    assert ([c.name for c in none.columns], none.rows_read) == (["column_1", "column_2"], 31)
    second = read_as("x,y\n" + TEXT, skip=1)
    assert ([c.name for c in second.columns], second.rows) == (["a", "b"], 30)
    two = read_as("x,y\n" + TEXT, skip=0, header=2)
    assert [c.name for c in two.columns] == ["x a", "y b"]
    deep = read_as("".join(f"note {i}\n" for i in range(60)) + TEXT, skip=60, header=1)
    assert ([c.name for c in deep.columns], deep.rows) == (["a", "b"], 30)


def test_delimiter(read_as):
    lists = "id;tags\n" + "".join(f"{i};a,b\n" for i in range(30))
    assert len(read_as(lists, delimiter=",").columns) == 2
    assert [c.name for c in read_as(TEXT, delimiter="none").columns] == ["a,b"]
    assert len(read_as(TEXT.replace(",", "\t"), delimiter="tab").columns) == 2
    assert len(read_as(TEXT.replace(",", "   "), delimiter="blanks").columns) == 2
    assert len(read_as(TEXT.replace(",", "=>"), delimiter="=>").columns) == 2


def test_encoding_and_decimal_mark(read_as, rows):
    text = "ort;preis\n" + "".join(f"Köln;{i},125\n" for i in range(1, 30))
    read_as(text.encode("cp1252"), encoding="cp1252", decimal=",")
    assert rows()[1] == {"ort": "Köln", "preis": 2.125}
    read_as(text.encode("cp1252"), encoding="cp1252", decimal=".")
    assert rows()[1]["preis"] == 2125


@pytest.mark.parametrize(
    ("yaml", "said"),
    [
        (b"read: {encoding: klingon}", "is not a text encoding"),
        (b"read: {encoding: base64}", "is not a text encoding"),
        (b"read: {delimiter: abc}", "is neither 1 to 4 characters"),
        (b"read: {header: 9}", "less than or equal to 6"),
        (b"read: {skip: -1}", "greater than or equal to 0"),
        (b"read: {separator: ','}", "separator"),
    ],
)
def test_what_cannot_be_is_refused(yaml, said):
    with pytest.raises(PipeWeaveError, match=said):
        parse_settings(yaml)
    assert parse_settings(b"read: {delimiter: '|', header: 0}").read.delimiter == "|"


UNITS = "Report: sales\nAs of: 2021\n\nprice|town|step|goal\nEUR|-|1..9|EUR\n" + "".join(
    f"{i}.5|Bonn|{i % 9}|{i * 3}.25\n" for i in range(160)
)


def test_two_header_rows_keep_the_lines_above_them(read_as):
    """Where detection finds fewer header rows than are set, the body stays in its place."""
    assert read_as(UNITS).dialect.header_rows == 1
    snapshot = read_as(UNITS, header=2)
    assert (snapshot.rows, snapshot.dialect.skipped_rows) == (160, 2)
    assert [c.name for c in snapshot.columns] == ["price EUR", "town -", "step 1..9", "goal EUR"]
