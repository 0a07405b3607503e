"""Formats of dates that the user sets."""

import datetime as dt

import pytest

from pipeweave_dagster.core.ingest.types.custom_dates import custom_parser
from pipeweave_dagster.core.ingest.types.date_parsers import parser_of_format


@pytest.mark.parametrize(
    ("setting", "texts", "first"),
    [
        ("datetime:%s", ["1609459200", "1609459260.5"], dt.datetime(2021, 1, 1)),  # noqa: DTZ001
        ("datetime:%Q", ["1609459200000", "1609459200123"], dt.datetime(2021, 1, 1)),  # noqa: DTZ001
        ("datetime:%Y%m%d%H", ["2021010105", "2021010106"], dt.datetime(2021, 1, 1, 5)),  # noqa: DTZ001
        ("date:%d|%m|%Y", ["31|12|2020", "30|12|2020"], dt.date(2020, 12, 31)),
        ("date:%d. %b %y", ["14. Jan 21", "3. Dec 21"], dt.date(2021, 1, 14)),
        ("time:%H-%M", ["12-30", "13-00"], dt.time(12, 30)),
    ],
)
def test_a_set_format_is_read_and_found_again(read, rows, setting, texts, first):
    snapshot = read("x;v\n" + "".join(f"{t};1\n" for t in texts * 5), columns={"x": setting})
    assert rows()[0]["x"] == first
    found = parser_of_format(snapshot.columns[0].format)
    assert found is not None
    assert found.matches(texts[1])


@pytest.mark.parametrize("format_", ["%d", "%m/%d", "%q", "%Y'); DROP", "%I:%M", "", "x", "%Y"])
def test_formats_without_a_whole_date_or_time_are_none(format_):
    assert custom_parser(format_) is None
