"""Texts among numbers: a note says why the column is text, and the settings make it numbers."""

from collections import Counter

import pytest

from pipeweave_dagster.core.documents import ColumnSetting
from pipeweave_dagster.core.ingest import read_aligned
from pipeweave_dagster.core.ingest.types.text_notes import note_on_texts

pytestmark = pytest.mark.slow  # the file with all its variants

CONC = ["1.50", "<0.05", "n.d.", "0.77", "BDL", "2.1", "BDL", "<0.05", "3.25", "4.5"] * 4
TEXT = "sample,conc\n" + "".join(f"S{i},{c}\n" for i, c in enumerate(CONC))
KNOWN = [float(c) if c[0].isdigit() else None for c in CONC]


def note_of(snapshot, name="conc"):
    return next(c for c in snapshot.columns if c.name == name).note


def test_a_note_counts_the_texts_that_keep_a_column_from_being_numbers(read):
    note = note_of(read(TEXT))
    assert "'BDL' (8)" in note
    assert "'<0.05' (8)" in note
    assert "{type: number}" in note


@pytest.mark.parametrize(
    "setting",
    [
        ColumnSetting(type="number"),
        ColumnSetting(type="numeric"),
        ColumnSetting(missing=["n.d.", "BDL", "<0.05"]),
    ],
)
def test_the_settings_make_it_numbers_and_name_what_is_missing(read, rows, setting):
    snapshot = read(TEXT, columns={"conc": setting})
    assert [row["conc"] for row in rows()] == KNOWN
    assert "Stored as missing" in note_of(snapshot)
    assert snapshot.rows_quarantined == 0


@pytest.mark.parametrize("other", ["007", "1,5", "1.000,5"])
def test_a_number_in_another_form_is_never_missing(read, rows, other):
    text = "id,conc\n" + "".join(f'{i},"{c}"\n' for i, c in enumerate(["1.5", other] * 20))
    read(text, columns={"conc": ColumnSetting(type="number")})
    assert rows()[1]["conc"] == {"007": 7.0}.get(other, other)


def test_texts_that_are_declared_missing_are_missing_in_a_column_of_texts(read, rows):
    read("a,b\n" + "x,1\nBDL,2\n" * 9, columns={"a": ColumnSetting(missing=["BDL"])})
    assert [row["a"] for row in rows()[:2]] == ["x", None]


def test_two_decimal_marks_in_one_column_are_text_with_a_note(read, rows):
    values = ["50.68", "70,21", "69.55", "99,18"] * 5
    snapshot = read("id;wert\n" + "".join(f"{i};{v}\n" for i, v in enumerate(values)))
    assert [row["wert"] for row in rows()] == values
    assert "10 numbers have a decimal comma" in note_of(snapshot, "wert")


@pytest.mark.parametrize(
    ("values", "format_"),
    [
        (["9'668.85", "12'345.50", "7.25"], 'thousands "\'"'),
        (["9\u2019668,85", "7,25"], "thousands \"'\", decimal ','"),
        (["9 668.85", "7.25"], "thousands ' '"),
        (["9\u202f668,85", "7,25"], "thousands ' ', decimal ','"),
    ],
)
def test_the_format_names_the_marks(read, values, format_):
    snapshot = read("a;b\n" + "".join(f"{v};x\n" for v in values * 5))
    assert snapshot.columns[0].format == format_


@pytest.mark.parametrize("values", [["12A", "13", "14", "15"], ["Ann", "Bo"], ["1", "2"], []])
def test_other_columns_have_no_note(values):
    assert note_on_texts(Counter(values)) is None


@pytest.mark.parametrize(
    ("others", "told"),
    [
        (["1e400"], "1 number is beyond the range of a float: '1e400' (1)"),
        (["1e400", "inf"], "1 number is beyond the range of a float: '1e400' (1)"),
        (["-1E999", "1e400", "Infinity"], "2 numbers are beyond"),
        (["2.5e308", "nan"], "1 number is beyond the range of a float: '2.5e308' (1)"),
    ],
)
@pytest.mark.parametrize("rows_of_numbers", [5, 60])
def test_numbers_beyond_a_float_are_named(read, rows, others, told, rows_of_numbers):
    numbers = [f"{i}.5" for i in range(rows_of_numbers)]
    values = [*numbers, *others]
    text = "id,conc\n" + "".join(f"s{i},{v}\n" for i, v in enumerate(values))
    assert told in note_of(read(text))
    assert [row["conc"] for row in rows()] == values
    missing = [v for v in others if v[-1].isdigit()]
    read(text, columns={"conc": ColumnSetting(missing=missing)})
    assert [row["conc"] for row in rows()] == [*map(float, numbers), *[None] * len(others)]


DATES = {
    "%Y-%m-%d": ("dates", [f"2024-01-{d:02}" for d in range(1, 29)]),
    "%d.%m.%Y": ("dates", [f"{d:02}.01.2024" for d in range(1, 29)]),
    "%d %b %Y": ("dates", [f"{d} Jan 2024" for d in range(1, 29)]),
    "%Y-%m-%dT%H:%M": ("times", [f"2024-01-{d:02}T10:30" for d in range(1, 29)]),
    "%H:%M": ("times", [f"{h:02}:30" for h in range(24)]),
}


@pytest.mark.parametrize(
    "other", ["1.2.24 (approx.)", "2024-13-45", "n/a (holiday)", "before 1980"]
)
@pytest.mark.parametrize(("kind", "dates"), DATES.values(), ids=DATES)
def test_a_text_among_dates_is_named(read, kind, dates, other):
    text = "due date;v\n" + "".join(f"{d};{i}\n" for i, d in enumerate([*dates, other, other]))
    snapshot = read(text)
    assert snapshot.columns[0].type == "text"
    note = note_of(snapshot, "due date")
    assert f"2 values among {kind} cannot be read as such: {other!r} (2)" in note
    assert f"columns: {{due date: {{missing: [{other!r}]}}}}" in note
    read(text, columns={"due date": ColumnSetting(missing=[other])})


@pytest.mark.parametrize(
    "values", [["May", "June", "Ann"] * 9, ["A-1", "B-2"] * 9, ["1/2", "x"] * 9]
)
def test_texts_that_are_no_dates_have_no_such_note(values):
    assert note_on_texts(Counter(values)) is None


def test_the_note_on_numbers_names_the_column(read):
    assert "columns: {conc: {type: number}}" in note_of(read(TEXT))


def test_one_number_with_a_comma_is_one_number(read):
    values = ["50.68", "69.55", "70.21", "99.18"] * 5 + ["70,21"]
    snapshot = read("id;wert\n" + "".join(f"{i};{v}\n" for i, v in enumerate(values)))
    assert "1 number has a decimal comma" in note_of(snapshot, "wert")


@pytest.mark.parametrize("mark", ["***", "./.", "--:--", "n/e", "N/P", "-/-", "———", "==="])
@pytest.mark.parametrize(
    "values", [["1.5", "2.25", "-.75"], ["3", "4", "17"], DATES["%d.%m.%Y"][1]]
)
def test_marks_among_values_are_missing(read, rows, mark, values):
    cells = [*(values * 20)[:40], mark, mark]
    snapshot = read("id;v\n" + "".join(f"{i};{c}\n" for i, c in enumerate(cells)))
    assert snapshot.columns[1].type != "text"
    assert [row["v"] for row in rows()[-2:]] == [None, None]
    assert f"{mark!r} (2)" in note_of(snapshot, "v")


@pytest.mark.parametrize("values", [["*", "**", "***"], ["--", "-", "+", "++"], ["a", "***"]])
def test_marks_among_texts_stay(read, rows, values):
    read("id;v\n" + "".join(f"{i};{c}\n" for i, c in enumerate(values * 9)))
    assert [row["v"] for row in rows()] == values * 9


def test_marks_in_a_batch_are_missing(tmp_path, read):
    columns = read("id,v\n" + "".join(f"{i},{i}.5\n" for i in range(30))).columns
    (tmp_path / "b.csv").write_text("id,v\n1,***\n2,4.5\n")
    (tmp_path / "batch").mkdir()
    batch = read_aligned(tmp_path / "b.csv", "b.csv", columns, tmp_path / "batch")
    assert batch.set_missing == {}
    assert batch.columns[1].missing == 1
