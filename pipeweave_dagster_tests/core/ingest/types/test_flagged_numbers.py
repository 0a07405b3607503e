"""Numbers with flags of official statistics are numbers, and the flags are in a column."""

import pyarrow.parquet as pq
import pytest

from pipeweave_dagster.core.ingest import ColumnMatcher, read_aligned
from pipeweave_dagster.core.ingest.types.batch_forms import batch_forms

pytestmark = pytest.mark.slow  # the file with all its variants


def table(values, name="x"):
    return f"id;{name}\n" + "".join(f"r{i};{v}\n" for i, v in enumerate(values))


def series(count, form, flags):
    """Return numbers as a format writes them, every third with one of some flags behind."""
    return [form.format(90 + i * 1.25) + flags[i // 3 % len(flags)] * (i % 3 == 0)
            for i in range(count)]  # fmt: skip


FORMS = {
    "Eurostat": ("{:.1f}", [" p", " e", " b", " bp"], "p"),
    "glued": ("{:.1f}", ["p", "e"], "p"),
    "brackets": ("{:.0f}", [" (p)", "(r)"], "p"),
    "stars": ("{:.0f}", ["*", "**"], "*"),
    "stars of significance": ("-{:.3f}", ["***", "*"], "***"),
    "notes of encyclopedias": ("{:.0f}", ["[a]", "[12]"], "[a]"),
    "whole numbers": ("{:.0f}", [" p", " e"], "p"),
    "no strong flag": ("{:.1f}", [" e", " b"], "e"),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("count", [12, 300])
def test_numbers_and_flags_come_back(form, count, read, rows):
    text, flags, first = FORMS[form]
    values = [*series(count, text, flags), ":", ": c"]
    snapshot = read(table(values))
    assert [(c.name, c.type) for c in snapshot.columns[1:]] == [("x", "number"), ("x flag", "text")]
    found = rows()
    wanted = [float(text.format(90 + i * 1.25)) for i in range(count)]
    assert [row["x"] for row in found] == [*wanted, None, None]
    assert [row["x flag"] for row in found[:4]] == [first, None, None, flags[1].strip(" ()")]
    assert [row["x flag"] for row in found[-2:]] == [None, "c"]
    assert "column of its own, 'x flag'." in snapshot.columns[1].note


def test_marks_of_other_countries(read, rows):
    read(table(["1.234,5 p", "1.100,0", "999,9 r", "2.000,1"] * 5))
    assert [row["x"] for row in rows()[:3]] == [1234.5, 1100.0, 999.9]
    read(table(["1,234.5 p", "1,100.0", "999.9 r", "2,000.1"] * 5))
    assert [row["x"] for row in rows()[:3]] == [1234.5, 1100.0, 999.9]


OTHERS = {
    "numbers of houses": [f"{i}" if i % 3 else f"{i} b" for i in range(1, 60)],
    "codes": [f"{i}e" if i % 2 else f"{i}p" for i in range(1, 60)],
    "latitudes": [f"{i}.5 {'ns'[i % 2]}" for i in range(60)],
    "grades": [f"{i % 9 + 1}{'bcd'[i % 3]}" for i in range(60)],
    "words": [f"{i}.5 per" if i % 2 else f"{i}.5" for i in range(60)],
}


@pytest.mark.parametrize("kind", OTHERS)
def test_other_texts_behind_numbers_are_no_flags(kind, read):
    snapshot = read(table(OTHERS[kind]))
    assert [c.name for c in snapshot.columns] == ["id", "x"]
    assert snapshot.columns[1].type == "text"


def test_one_marked_cell_of_a_large_table_is_a_damaged_one(read):
    snapshot = read(table([f"{i}.25" for i in range(3000)] + ["7.5*"]))
    assert (snapshot.columns[1].type, snapshot.rows_quarantined) == ("number", 1)


def test_the_user_can_keep_the_texts(read):
    snapshot = read(table(series(30, "{:.1f}", [" p"])), columns={"x": "text"})
    assert [(c.name, c.type) for c in snapshot.columns[1:]] == [("x", "text")]


@pytest.mark.parametrize("values", [["90.5 p", "91.0"], ["90.5 p", "91.0 e"], ["90.5", "91.0"]])
def test_a_batch_has_the_flags_of_its_numbers(values, read, tmp_path):
    columns = read(table(series(60, "{:.1f}", [" p", " e"]))).columns
    file, out = tmp_path / "batch.csv", tmp_path / "batch"
    out.mkdir()
    file.write_text(table(values))
    read_aligned(file, file.name, columns, out, matcher=ColumnMatcher(("id", "x", "x flag")))
    found = pq.read_table(out / "data.parquet").to_pylist()
    assert [row["x"] for row in found] == [90.5, 91.0]
    assert [row["x flag"] for row in found] == [v[5:] or None for v in values]


VALUES = series(60, "{:.1f}", [" p", " e"])
OWN = "".join(f"{v},o{i % 4}\n" for i, v in enumerate(VALUES))
TWICE = "".join(f"{v},{w}\n" for v, w in zip(VALUES, reversed(VALUES), strict=True))


@pytest.mark.parametrize(
    ("train", "batch", "names", "flags"),
    [
        ("x,x flag\n" + OWN, "x,x flag\n9.5 p,o1\n8.5,o2\n", ["x flag", "x flag_2"], ["o1", "p"]),
        ("X,x flag\n" + OWN, "x,id\n9.5 b,o1\n8.5,o2\n", ["x flag", "X flag_2"], [None, "b"]),
        ("x flag,x flag\n" + OWN, "x flag,id\n9.5 b,o1\n", ["x flag flag"], ["b"]),
        ("x,x\n" + TWICE, "x,x\n9.5 p,8.5 u\n", ["x flag", "x_2 flag"], ["p", "u"]),
    ],
    ids=["own flags", "own flags are missing", "flags of flags", "one name twice"],
)  # fmt: skip
def test_each_column_of_flags_has_one_name_in_every_file(
    train, batch, names, flags, read, tmp_path
):
    snapshot = read(train)
    columns = [c.name for c in snapshot.columns]
    assert names == [n for n in columns if n in names]
    assert f"of its own, {names[-1]!r}." in " ".join(snapshot.notes)
    out = tmp_path / "batch"
    out.mkdir()
    (tmp_path / "b.csv").write_text(batch)
    matcher = ColumnMatcher(tuple(columns))
    found = read_aligned(tmp_path / "b.csv", "b.csv", snapshot.columns, out, matcher=matcher)
    row = pq.read_table(out / "data.parquet").to_pylist()[0]
    assert [row.get(name) for name in names] == flags
    assert all(c.name in columns or c.name == "id" for c in found.columns)


@pytest.mark.parametrize("used", [[0, 1, 2, 3], [1, 2, 3], [2]])
def test_files_without_a_header_have_the_columns_of_the_training_file(used, read, tmp_path):
    text = "".join(f"r{i},{v},{i}.5\n" for i, v in enumerate(VALUES))
    snapshot = read(text)
    out = tmp_path / "batch"
    out.mkdir()
    (tmp_path / "b.csv").write_text("\n".join(r.split(",", 1)[1] for r in text.splitlines()))
    matcher = ColumnMatcher(tuple(c.name for c in snapshot.columns), "column_1")
    columns = [snapshot.columns[i] for i in used if i]
    read_aligned(tmp_path / "b.csv", "b.csv", columns, out, matcher=matcher)
    row = pq.read_table(out / "data.parquet").to_pylist()[0]
    wanted = {"column_2": 90.0, "column_3": 0.5, "column_2 flag": "p"}
    assert all(row[c.name] == wanted[c.name] for c in columns)


@pytest.mark.parametrize("flag", [" p", "*", " (r)", "[a]"])
def test_one_flag_behind_every_number_is_like_a_unit(flag, read, rows):
    snapshot = read(table([f"{i}.5{flag}" for i in range(60)] + [":"]))
    assert [c.name for c in snapshot.columns] == ["id", "x"]
    assert f"Behind every number stands '{flag.strip(' ()')}'" in snapshot.columns[1].note
    assert [row["x"] for row in rows()[-2:]] == [59.5, None]


def test_other_ways_to_predict_read_the_number(read):
    column = read(table(series(60, "{:.1f}", [" p", " e"]))).columns[1]
    forms = batch_forms(column).forms
    assert all(any(form.matches(text) for form in forms) for text in ("90.5 p", "90.5", ": c"))


def test_a_large_file_has_flags(read, rows):
    values = series(700_000, "{:.1f}", ["", "", " p", " e"])
    snapshot = read(table(values))
    assert [c.name for c in snapshot.columns] == ["id", "x", "x flag"]
    assert {row["x flag"] for row in rows()} == {None, "p", "e"}
