"""A setting that a column does not follow says so, and because of which texts."""

import pytest

from pipeweave_dagster.core.documents import ColumnSetting

DATES = [f"{day:02}.01.2026" for day in range(1, 28)]
OTHERS = ["30.02.2026", "2026-02-03", "32.01.2026"]


@pytest.mark.parametrize("other", OTHERS)
def test_a_date_that_the_format_does_not_match_is_named(read, other):
    file = "".join(f"{v},{i or 'n'}\n" for i, v in enumerate(["due", *DATES, other, other]))
    found = read(file, columns={"due": "date:%d.%m.%Y"}).columns[0]
    assert found.type == "text"
    assert f"%d.%m.%Y, which pipeweave.yaml sets: '{other}' (2)." in found.note


@pytest.mark.parametrize("other", OTHERS)
def test_listed_as_missing_it_is_none(read, rows, other):
    file = "".join(f"{v},{i or 'n'}\n" for i, v in enumerate(["due", *DATES, other]))
    setting = ColumnSetting(type="date:%d.%m.%Y", missing=[other])
    found = read(file, columns={"due": setting}).columns[0]
    assert (found.type, found.missing) == ("date", 1)


@pytest.mark.parametrize(
    ("values", "found"), [("abc", "'a' (3), 'b' (3), 'c' (3)"), (["2021-01-01"], "'2021-01-01'")]
)
def test_a_column_without_any_number_names_its_values(read, values, found):
    file = "x,n\n" + "".join(f"{v},{i}\n" for i, v in enumerate([*values] * 3))
    column = read(file, columns={"x": "number"}).columns[0]
    assert f"matches number, which pipeweave.yaml sets: {found}" in column.note
    assert "columns: {x: {missing: [...]}}" in column.note


def test_fractions_in_a_column_that_is_set_to_whole_numbers_are_named(read):
    column = read("x,n\n" + "1.5,1\n2.0,1\n3,2\n" * 3, columns={"x": "integer"}).columns[0]
    assert (column.type, column.note) == (
        "number",
        "Not every value is a whole number, which pipeweave.yaml sets: '1.5' (3). Read as number.",
    )


def test_a_column_that_follows_the_setting_has_no_note(read):
    file = "".join(f"{v},{v}\n" for v in ["a", *DATES]).replace("a,a", "a,b")
    snapshot = read(file, columns={"a": "date:%d.%m.%Y"})
    assert snapshot.columns[0].note is None
