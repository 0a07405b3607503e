"""Settings beside the first measurements, as oscilloscopes write them, name no columns."""

import pytest

from pipeweave_dagster.core.ingest.text.layout import detect_layout
from pipeweave_dagster.core.ingest.text.records import TextDialect, parse_records

SETTINGS = [
    ("Record Length", "2500"),
    ("Sample Interval", "4.0e-06"),
    ("Source", "CH1"),
    ("Vertical Units", "V"),
    ("Offset", "0.0"),
    ("Model", "TDS2014B"),
]


def lines_of(settings, count, *, left=True, step=0.01, start=0):
    lines = []
    for i in range(count):
        beside = SETTINGS[i] if i < settings else ("", "")
        values = (f"{start + i * step:g}", f"{i * 37 % 100 / 64:.4f}")
        lines.append([*beside, "", *values] if left else [*values, "", *beside])
    return lines


def text_of(lines, delimiter=","):
    return "".join(delimiter.join(line) + "\n" for line in lines)


@pytest.mark.pairwise
@pytest.mark.parametrize("settings", [1, 2, 6])
@pytest.mark.parametrize("count", [14, 60, 200])
@pytest.mark.parametrize("left", [True, False])
@pytest.mark.parametrize(("step", "start"), [(0.01, 0), (1, -5), (4e-6, 0), (4e-6, -0.005)])
def test_the_first_measurement_is_a_row(settings, count, left, step, start):
    text = text_of(lines_of(settings, count, left=left, step=step, start=start))
    layout = detect_layout(parse_records(text, TextDialect(",")))
    assert (layout.preamble, layout.header) == (0, 0)


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_no_measurement_is_lost(read, rows, delimiter):
    snapshot = read(text_of(lines_of(6, 40), delimiter))
    assert (snapshot.rows, len(rows()), snapshot.left_out) == (40, 40, [])
    assert [c.name for c in snapshot.columns][3:] == ["column_4", "column_5"]


@pytest.mark.parametrize("left", [True, False])
@pytest.mark.parametrize("settings", [1, 6])
def test_names_above_the_measurements_stay(read, settings, left):
    [first, *lines] = lines_of(settings, 40, left=left)
    names = [*first[:3], "TIME", "CH1"] if left else ["TIME", "CH1", *first[2:]]
    snapshot = read(text_of([names, *lines]))
    assert {"TIME", "CH1"} < {c.name for c in snapshot.columns}
    assert snapshot.rows == 39
