"""Numbers with exactly three digits behind the mark: decimals, thousands, or in doubt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeweave_dagster.core.documents import ReadSetting
from pipeweave_dagster.core.ingest.types.grouped_numbers import mark_in_question, proves_point
from pipeweave_dagster.core.ingest.types.value_parsers import (
    INTEGER,
    NUMBER,
    THOUSANDS_COMMA,
)

pytestmark = pytest.mark.slow  # the file with all its variants

AMOUNTS = [59295, 493, 1205, 78594, 12, 0, 6500]


def german(number):
    return f"{number:,}".replace(",", ".")


def column(snapshot, name):
    return next(c for c in snapshot.columns if c.name == name)


def table(header, *lines):
    return "\n".join([header, *lines]) + "\n"


@pytest.mark.parametrize("price", ["7.791,81", "12,5", "3,5 €", "12,5%", "1 234,5"])
@pytest.mark.parametrize("delimiter", [";", "\t", "|", ","])
def test_a_decimal_comma_elsewhere_makes_the_point_one_of_thousands(read, rows, price, delimiter):
    quoted = f'"{price}"' if delimiter == "," else price
    lines = [delimiter.join([str(i), german(n), quoted]) for i, n in enumerate(AMOUNTS)]
    snapshot = read(table(delimiter.join(["id", "menge", "preis"]), *lines))
    assert [row["menge"] for row in rows()] == AMOUNTS
    assert "as another column has decimal commas" in column(snapshot, "menge").note
    assert column(snapshot, "menge").doubt is None


def test_a_number_from_1000_without_a_mark_changes_nothing_then(read, rows):
    read(table("n;x", "253;1,5", "1873;2,5", "9.876;3,25"))
    assert [row["n"] for row in rows()] == [253, 1873, 9876]


@pytest.mark.parametrize("unit", ["€", "km"])
def test_so_do_numbers_with_a_unit(read, rows, unit):
    lines = [f"{german(n)} {unit};{i},5" for i, n in enumerate(AMOUNTS)]
    read(table("a;b", *lines))
    assert [row["a"] for row in rows()] == AMOUNTS


def test_a_decimal_point_elsewhere_keeps_it_and_commas_are_of_thousands(read, rows):
    lines = [f'{n / 1000 + 1:.3f},{n / 8 + 0.25},"{n:,}"' for n in (1234, 5678, 9123, 4567)]
    snapshot = read(table("a,b,c", *lines))
    assert [row["a"] for row in rows()] == [2.234, 6.678, 10.123, 5.567]
    assert [row["c"] for row in rows()] == [1234, 5678, 9123, 4567]
    assert all(c.doubt is None for c in snapshot.columns)


def test_whole_numbers_beside_are_evidence_which_is_reported(read, rows):
    snapshot = read(table("ort;menge", *(f"o{i};{german(n)}" for i, n in enumerate(AMOUNTS * 2))))
    assert [row["menge"] for row in rows()] == AMOUNTS * 2
    assert "between thousands" in column(snapshot, "menge").doubt


@pytest.mark.parametrize("mark", [".", ","])
def test_without_any_evidence_the_reading_stays_and_is_in_doubt(read, rows, mark):
    snapshot = read(table("jahr;wert", *(f"{2000 + i};{286 + i}{mark}3{i:02}" for i in range(9))))
    assert rows()[1]["wert"] == (287.301 if mark == "." else 287301)
    doubt = column(snapshot, "wert").doubt
    assert "columns: {wert: {type: integer}}" in doubt
    assert f"read: {{decimal: '{mark}'}}" in doubt
    assert f"wert: {doubt}" in snapshot.notes


@pytest.mark.parametrize(
    ("settings", "value"),
    [
        ({"read": ReadSetting(decimal=",")}, 287301),
        ({"read": ReadSetting(decimal=".")}, 287.301),
        ({"columns": {"WERT": "integer"}}, 287301),
    ],
)
def test_the_settings_decide(read, rows, settings, value):
    text = table("jahr;wert", *(f"{2000 + i};{286 + i}.3{i:02}" for i in range(9)))
    snapshot = read(text, **settings)
    assert rows()[1]["wert"] == value
    assert column(snapshot, "wert").doubt is None


@pytest.mark.parametrize("value", ["0.125", "12.5", "1.2345", "7."])
def test_one_value_of_another_form_shows_decimals(read, value):
    snapshot = read(table("jahr;wert", "1;1.250", "2;3.750", "3;4.125", f"4;{value}"))
    assert column(snapshot, "wert").doubt is None


@given(st.lists(st.integers(1000, 999_999), min_size=1))
def test_grouped_numbers_are_in_question_and_prove_nothing(numbers):
    texts = dict.fromkeys(map(german, numbers), 1)
    assert mark_in_question(NUMBER, texts) == "."
    assert not proves_point(texts)
    assert mark_in_question(THOUSANDS_COMMA, {f"{n:,}": 1 for n in numbers}) == ","
    assert mark_in_question(INTEGER, {str(n): 1 for n in numbers}) is None
