"""Texts among numbers: a note says why the column is text, and the settings make it numbers."""

from collections import Counter

import pytest

from pipeweave_dagster.core.documents import ColumnSetting
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
