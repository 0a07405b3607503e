"""Lists of one length inside an object are the columns of a table."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeweave_dagster.core.ingest.formats.json_list_columns import columns_in_object
from pipeweave_dagster.core.ingest.formats.json_records import find_records

COLUMNS = {"time": [f"2026-11-{d:02}" for d in range(1, 31)], "t": [d / 2 for d in range(30)]}
UNITS = {"units": {"time": "iso8601", "t": "°C"}}
ROWS = [dict(zip(COLUMNS, row, strict=True)) for row in zip(*COLUMNS.values(), strict=True)]


@pytest.mark.parametrize(
    "document",
    [
        {"latitude": 52.5, **UNITS, "hourly": COLUMNS},
        {"hourly": COLUMNS, "daily": {"time": ["2026-11-01", "2026-11-02"], "high": [1, 2]}},
        {"status": "ok", **COLUMNS},
        {"status": "ok", **COLUMNS, "flags": ["a", "b"]},
        {"a": {"b": {"c": {"d": COLUMNS}}}},
    ],
    ids=["beside units", "two lengths", "beside a status", "beside flags", "deep"],
)  # fmt: skip
def test_the_longest_lists_of_one_length_are_the_table(document, read, rows):
    snapshot = read(json.dumps(document), name="answer.json")
    assert [c.name for c in snapshot.columns] == ["time", "t"]
    assert (snapshot.rows, snapshot.columns[0].type) == (30, "date")
    assert [row["t"] for row in rows()] == COLUMNS["t"]
    [note] = [note for note in snapshot.notes if "lists" in note]
    assert ("Beside the rows" in note) == (len(document) > 1)


def test_tables_of_the_same_columns_are_put_below_each_other(read, rows):
    snapshot = read(json.dumps({"XYZ": COLUMNS, "ABC": COLUMNS}), name="prices.json")
    assert [c.name for c in snapshot.columns] == ["key", "time", "t"]
    assert [row["key"] for row in rows()] == ["XYZ"] * 30 + ["ABC"] * 30
    assert [row["t"] for row in rows()] == COLUMNS["t"] * 2


def test_times_around_prices_belong_to_them():
    quote = {"open": [1.5, None, 2.5], "close": [1, 2, 3]}
    inner = {"meta": {"currency": "USD"}, "timestamp": [7, 8, 9], "indicators": {"quote": [quote]}}
    found = find_records({"chart": {"result": [inner], "error": None}}, "chart.json")
    assert found.rows[1] == {"timestamp": 8, "open": None, "close": 2}
    assert "'chart.result.indicators.quote'" in found.notes[0]
    assert "'chart.result.meta.currency'" in found.notes[0]


@pytest.mark.parametrize(
    "record",
    [
        {"id": 5, "tags": ["a", "b"], "size": {"w": 3, "h": 4}},
        {"results": [{"id": 5, "tags": ["a", "b"]}], "total": 1},
        {"id": 5, "one": [1], "two": [2]},
    ],
)
def test_a_record_with_lists_of_its_own_stays_one_row(record):
    assert len(find_records(record, "record.json").rows) == 1


SCALAR = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
JSON = st.recursive(
    SCALAR,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=25,
)


@given(document=st.dictionaries(st.text(max_size=3), JSON, max_size=5))
def test_any_object_gives_rows_of_equal_names_or_none(document):
    found = columns_in_object(document)
    if found is not None:
        names = {tuple(row) for row in found.rows}
        assert len(names) == 1
        assert len(found.rows) >= 2
        assert len(names.pop()) >= 2
