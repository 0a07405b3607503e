"""A generated table comes back: its header, every cell, and every line accounted for."""

import csv
import datetime as dt
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.documents import RawFile, RawUpload
from pipeweave_dagster.core.ingest import ingest, ingest_as_text

pytestmark = pytest.mark.slow  # the file with all its variants

NAMES = [
    "id", "name", "age", "city", "price", "qty", "start_date", "total", "score", "is_active",
    "code", "group", "region", "country", "email", "notes", "weight", "height", "year", "x1",
    "x2", "var_a", "Sales", "Amount", "CustomerID",
]  # fmt: skip
WORDS = ("Adler", "Birke", "New York", "Dora", "Erle", "Bad Ems", "San Jose", "Ulm", "Lyon")
whole = st.integers(0, 9999).map(str)
cells = {
    "whole": whole,
    "decimal": st.integers(-5000, 50000).map(lambda n: f"{n / 100:.2f}"),
    "date": st.dates(min_value=dt.date(1990, 1, 1)).map(str),
    "category": st.sampled_from(["red", "green", "blue"]),
    "flag": st.sampled_from(["yes", "no"]),
    "town": st.sampled_from(WORDS),
    "code": st.tuples(st.sampled_from("ABCDE"), st.integers(100, 999)).map("{0[0]}{0[1]}".format),
    "text": st.lists(st.sampled_from(WORDS), min_size=2, max_size=9).map(" ".join),
    "pair": st.tuples(st.sampled_from(WORDS), st.sampled_from(WORDS)).map(", ".join),
    "list": st.lists(st.sampled_from(["a1", "b2", "c3"]), min_size=1, max_size=4).map(";".join),
    "time": st.integers(0, 59)
    .map("2023-05-1{0} 10:{0:02}:00".format)
    .filter(lambda t: len(t) < 20),
}
kinds = st.lists(st.sampled_from([*cells]), min_size=2, max_size=8)
dialects = st.tuples(
    st.sampled_from([",", ",", ";", "\t", "|"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["\n", "\r\n"]),
)


@st.composite
def tables(draw):
    """Names and rows; cells are missing anywhere, also in the whole first rows but the first."""
    columns = draw(kinds)
    count = draw(st.sampled_from([3, 5, 8, 20, 60, 150]))
    rows = [[draw(cells[kind]) for kind in columns] for _ in range(min(count, 20))]
    rows = [[*rows[i % len(rows)]] for i in range(count)]
    for i, row in enumerate(rows):
        row[0] = f"r{i}"
    token = draw(st.sampled_from(["", "", "NA", "?", "-", "null"]))
    first = draw(st.integers(0, max(0, min(5, count // 3))))
    holes = draw(st.sets(st.integers(0, count * len(columns) - 1), max_size=count // 2))
    for place in holes:
        if place % len(columns):
            rows[place // len(columns)][place % len(columns)] = token
    for row in rows[:first]:
        row[1:] = [token] * (len(columns) - 1)
    names = draw(st.permutations(NAMES))[: len(columns)]
    return names, rows


def written(names, rows, dialect):
    delimiter, quoting, end = dialect
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerow(names)
    writer.writerows(rows)
    return text.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tables")


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(table=tables(), dialect=dialects)
def test_header_and_cells_come_back(folder, table, dialect):
    names, rows = table
    file = folder / "t.csv"
    file.write_text(written(names, rows, dialect), newline="")
    read = ingest_as_text(file, "t.csv", folder)
    with (folder / "data.csv").open(newline="") as text:
        found = [[cell.strip() for cell in row] for row in csv.reader(text)]
    assert read.header == names
    assert found == [names, *rows]


@settings(max_examples=20, deadline=None, derandomize=True)
@given(table=tables(), dialect=dialects, extra=st.sampled_from(["", "# note", "(9 rows)", "Total"]))
def test_every_line_is_accounted_for(folder, table, dialect, extra):
    names, rows = table
    file = folder / "t.csv"
    text = written(names, rows, dialect) + (extra and extra + dialect[2])
    file.write_text(text, newline="")
    out = folder / "out"
    out.mkdir(exist_ok=True)
    upload = RawFile(name="t.csv", sha256="0", size_bytes=file.stat().st_size)
    snapshot = ingest(RawUpload(dataset="d", files=[upload]), [file], out)
    assert snapshot.rows_read == snapshot.rows + snapshot.rows_quarantined
    lines = 1 + snapshot.rows_read + len(snapshot.left_out)
    assert lines == 1 + len(rows) + bool(extra), snapshot.notes
