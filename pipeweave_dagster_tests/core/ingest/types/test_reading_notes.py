"""What is changed in silence elsewhere is said per column: zones, units, signs, settings."""

import json

import pytest

from pipeweave_dagster.core.documents import ReadSetting
from pipeweave_dagster.core.ingest.types.strptime_parsers import moved_times_note

ZONES = {
    "2024-05-{:02}T00:00:00+02:00": "+02:00",
    "2024-05-{:02} 00:00:00.5 -0530": "-0530",
    "{:02}.05.2024 10:00 CEST": "CEST",
    "2024-05-{:02}T00:00:00Z": None,
    "2024-05-{:02} 00:00:00+00:00": None,
    "2024-05-{:02}": None,
}


@pytest.mark.parametrize(("form", "zone"), ZONES.items())
@pytest.mark.parametrize("format_", ["csv", "json", "jsonl"])
def test_moved_times_are_reported_with_their_zone(read, form, zone, format_):
    records = [{"at": form.format(i), "v": i} for i in range(10, 29)]
    lines = [json.dumps(record) for record in records]
    text = {
        "csv": "at;v\n" + "".join(f"{r['at']};{r['v']}\n" for r in records),
        "json": f"[{','.join(lines)}]",
        "jsonl": "\n".join(lines),
    }[format_]
    column = read(text, name=f"d.{format_}").columns[0]
    assert column.type in {"date", "datetime"}
    told = f"Times are stored in UTC (the file shows them at {zone})."
    assert (column.note == told) if zone else not column.note


def test_several_zones_are_listed():
    texts = [f"2024-05-01T00:00:00+0{i}:00" for i in range(6)]
    assert moved_times_note(texts).endswith("at +01:00, +02:00, +03:00 …).")
    assert moved_times_note(["2024-05-01", "10:30", "2024-05-01T10:00:00" + "-" * 5000]) is None


@pytest.mark.parametrize(("form", "unit"), [("{},5 °C", "°C"), ("CHF {}.50", "CHF"), ("{} %", "%")])
def test_a_unit_that_is_left_out_is_named(read, form, unit):
    column = read("a;b\n" + "".join(f"{form.format(i)};x\n" for i in range(10, 40))).columns[0]
    assert (column.type in {"integer", "number"}, column.unit) == (True, unit)
    assert column.note == f"The numbers are stored without their unit, {unit}."


def test_brackets_around_dates_are_no_matter_of_numbers(read):
    stamps = "".join(f"[{i:02}/May/2024:10:00:00 +0000] {i}\n" for i in range(1, 29))
    text = "at;v\n" + stamps.replace("] ", "];")
    note = read(text).columns[0].note
    assert "Read as plain times despite brackets." in note


def test_a_doubt_names_the_column_in_its_setting(read):
    numbers = ["1.1", "1.10", "1.2", "1.20", "1.3", "1.30"] * 4
    snapshot = read("a b;x\n" + "".join(f"{n};y\n" for n in numbers))
    texts = " ".join(snapshot.notes)
    assert "{NAME" not in texts
    assert snapshot.columns[0].doubt is None or "columns: {a b: {" in snapshot.columns[0].doubt


@pytest.mark.parametrize(
    ("above", "note"),
    [
        ("Sales of May\n", "Line 1 above the names was left out."),
        ("Sales of May\nby region\n", "Lines 1-2 above the names were left out."),
        ("Sales of May\n\nby region\n", "Lines 1-3 above the names were left out."),
    ],
)
def test_lines_above_the_names_are_counted_as_in_the_file(read, above, note):
    body = "".join(f"{i};{i},5;2024-05-{i:02}\n" for i in range(1, 29))
    assert note in read(f"{above}id;sum;day\n{body}").notes


def test_lines_above_rows_without_names(read):
    body = "".join(f"{i};{i},5;2024-05-{i:02}\n" for i in range(1, 29))
    snapshot = read(f"Sales of May\n{body}", read=ReadSetting(skip=1, header=0))
    assert "Line 1 above the rows was left out." in snapshot.notes
