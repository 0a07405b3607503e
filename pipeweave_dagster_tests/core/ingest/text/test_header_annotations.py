"""Lines with units, types or questions below the names are neither names nor rows."""

import pytest

from pipeweave_dagster.core.ingest.text.layout import detect_layout
from pipeweave_dagster.core.ingest.text.records import TextDialect, parse_records

pytestmark = pytest.mark.slow  # the file with all its variants

NAMES = ["time", "temp", "wind"]
ROWS = [[str(i), f"{14 + i * 0.3:.1f}", f"{2 + i * 0.25:.2f}"] for i in range(20)]


def text_of(*lines, delimiter=","):
    return "".join(delimiter.join(line) + "\n" for line in [*lines, *ROWS])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "units",
    [
        ["s", "degC", "m/s"],
        ["[s]", "[degC]", "[m/s]"],
        ["(s)", "(\u00b0C)", "(m s-1)"],
        ["", "K", "km/h"],
        ["UTC", "-", "kn"],
        ["int", "decimal(8)", "double"],
        ["INTEGER", "REAL", "FLOAT"],
    ],
)
def test_units_and_types_are_left_out_and_named(read, rows, units, delimiter):
    snapshot = read(text_of(NAMES, units, delimiter=delimiter))
    assert [c.name for c in snapshot.columns] == NAMES
    assert [c.type for c in snapshot.columns] == ["integer", "number", "number"]
    assert (snapshot.rows, snapshot.rows_read, len(rows())) == (20, 20, 20)
    [line] = snapshot.left_out
    assert (line.line, line.kind) == (2, "units or descriptions")
    assert any("line 2" in note for note in snapshot.notes)


def test_a_logger_with_a_title_units_and_aggregates(read):
    title = ["TOA5", "CR1000", "1", "2", "3"]
    above = [["TIMESTAMP", "AirT", "RH"], ["TS", "Deg C", "%"], ["", "Avg", "Smp"]]
    snapshot = read(text_of(title, *above))
    assert [c.name for c in snapshot.columns] == ["TIMESTAMP", "AirT", "RH"]
    assert [line.line for line in snapshot.left_out] == [1, 3, 4]
    assert snapshot.left_out[0].kind == "title of a logger"  # PW607 does not take it for a row
    assert snapshot.rows == 20


@pytest.mark.pairwise
@pytest.mark.parametrize("fields", [2, 3, 8])
@pytest.mark.parametrize("unit", ["Deg C", "volts", "meters/second", ""])
@pytest.mark.parametrize("aggregate", ["Avg", "Smp", "WVc", "TMx"])
def test_a_logger_whose_title_has_any_number_of_fields(fields, unit, aggregate):
    title = ["TOA5", "station", *"123456"][:fields]
    names = ["TIMESTAMP", "RECORD", "AirTC_Avg"]
    text = text_of(title, names, ["TS", "RN", unit], ["", "Smp", aggregate])
    layout = detect_layout(parse_records(text, TextDialect(",")))
    assert (layout.names, layout.preamble, layout.annotations) == (names, 1, 2)


def test_questions_and_identifiers_of_a_survey(read):
    questions = ["When?", "How warm is it?", "Please rate: wind"]
    ids = [f'"{{""ImportId"":""Q{i}""}}"' for i in range(3)]
    snapshot = read(text_of(NAMES, questions, ids))
    assert [c.name for c in snapshot.columns] == NAMES
    assert [c.type for c in snapshot.columns] == ["integer", "number", "number"]
    assert [line.line for line in snapshot.left_out] == [2, 3]


@pytest.mark.parametrize(
    "first", [["0", "14.1", "3.8"], ["", "", ""], ["n/a", "-", ""], ["x", "y", "z"]]
)
def test_other_lines_below_the_names_are_none(read, first):
    snapshot = read(text_of(NAMES, first))
    assert not any(line.kind == "units or descriptions" for line in snapshot.left_out)


def test_a_table_of_units_keeps_its_rows(read):
    lines = ["name,unit", "length,m", "time,s", "mass,kg", "current,A", "power,W", "force,N"]
    snapshot = read("\n".join(lines) + "\n")
    assert (snapshot.rows, snapshot.left_out) == (6, [])


def test_a_batch_finds_the_names_it_expects_above_units(tmp_path):
    records = parse_records(text_of(NAMES, ["s", "K", "m/s"]), TextDialect(","))
    layout = detect_layout(records, expected_names=tuple(NAMES))
    assert (layout.names, layout.preamble, layout.header) == (NAMES, 0, 2)
