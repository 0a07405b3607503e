"""Rows one or more levels down, with the values around them."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.ingest import read_aligned
from pipeweave_dagster.core.ingest.formats.json_nested_records import nested_records
from pipeweave_dagster.core.ingest.formats.json_records import find_records

READINGS = [{"t": i, "v": i * 1.5} for i in range(12)]
CELLS = [[r["t"], r["v"]] for r in READINGS]
TIMES = [[1704067200 + 60 * i, i * 1.5] for i in range(12)]


@pytest.mark.parametrize("around", [{}, {"station": "X"}, {"station": "X", "place": {"lat": 5.5}}])
@pytest.mark.parametrize(
    "wrap",
    [
        lambda records: records,
        lambda records: {"data": records},
        lambda records: {"status": "ok", "a": {"b": records}},
        lambda records: {"results": [{"series": records}]},
    ],
    ids=["list", "envelope", "deep", "two levels"],
)
@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_lists_in_few_records_are_put_below_each_other(wrap, around, count):
    found = find_records(wrap([around | {"readings": READINGS}] * count), "x.json")
    assert len(found.rows) == 12 * count
    flat = {"station": "X"} if around else {}
    flat |= {"place.lat": 5.5} if "place" in around else {}
    assert found.rows[1] == flat | READINGS[1]
    assert f"The rows are {12 * count} records in the lists" in found.notes[-1]
    assert all(repr(name) in found.notes[-1] for name in flat)


@pytest.mark.parametrize(
    ("inner", "row"),
    [
        ({"columns": ["t", "v"], "values": CELLS}, {"t": 1, "v": 1.5}),
        ({"values": TIMES}, {"column_1": 1704067260, "column_2": 1.5}),
        ({"datapoints": [[v, t] for t, v in TIMES]}, {"column_1": 1.5, "column_2": 1704067260}),
    ],
)
def test_lists_of_cells_are_rows_if_named_or_with_a_time(inner, row):
    found = find_records({"result": [{"name": "cpu", **inner}, {"name": "io", **inner}]}, "x.json")
    assert (len(found.rows), found.rows[1]) == (24, {"name": "cpu", **row})


@pytest.mark.parametrize(
    "records",
    [
        [{"id": i, "items": READINGS[:2]} for i in range(30)],
        [{"id": i, "items": READINGS[:4]} for i in range(3)],
        [{"id": i, "tags": [{"tag": "a"}] * 9} for i in range(3)],
        [{"id": i, "line": [[0.5, i], [1.5, 2], [2.5, 1], [3, 3], [4, 4]]} for i in range(3)],
        [{"id": i, "a": READINGS, "b": READINGS} for i in range(3)],
        [{"id": 1, "rows": [{f"k{i}": 1, f"l{i}": 2} for i in range(9)]}],
        [{"id": 1, "items": READINGS}, {"id": 2}, {"id": 3}],
        [{"id": 1, "items": READINGS}, {"id": 2, "items": "none"}],
    ],
    ids=["orders", "few each", "one key", "points", "two lists", "other keys", "rare", "a text"],
)
def test_other_lists_stay_in_their_records(records):
    assert find_records(records, "x.json").rows == records


def test_many_records_with_long_lists_are_in_doubt(read):
    records = [{"id": i, "readings": READINGS} for i in range(40)]
    snapshot = read(json.dumps(records), name="x.json")
    assert snapshot.rows == 40
    assert "list in 'readings'" in snapshot.dialect.doubt
    assert "has about 12 records" in snapshot.dialect.doubt
    assert snapshot.dialect.doubt in snapshot.notes


def test_names_that_recur_and_empty_lists_and_what_is_left():
    records = [
        {"t": "A", "readings": READINGS, "codes": [1, 2]},
        {"t": "B", "readings": []},
        {"t": "C", "readings": READINGS},
    ]
    found = find_records({"data": records}, "x.json")
    assert found.rows[12] == {"around.t": "C", **READINGS[0]}
    assert (
        "1 record without any left out. Beside the rows there is also: 'codes'." in found.notes[1]
    )


def test_lines_of_rows_keep_their_line(read, rows):
    lines = [json.dumps({"station": s, "readings": READINGS}) for s in "XY"]
    snapshot = read("\n".join([lines[0], "{oops", lines[1]]), name="x.jsonl")
    assert (snapshot.rows, rows()[12]) == (24, {"station": "Y", "t": 0, "v": 0.0})


@pytest.mark.parametrize("count", [1, 3])
def test_a_batch_is_read_as_the_training_table_was(tmp_path, read, count):
    columns = read(json.dumps([{"station": "X", "readings": READINGS}]), name="x.json").columns
    (tmp_path / "b.json").write_text(json.dumps([{"station": "Z", "readings": READINGS[:count]}]))
    (tmp_path / "batch").mkdir()
    batch = read_aligned(tmp_path / "b.json", "b.json", columns, tmp_path / "batch")
    assert batch.rows == count


def test_a_batch_of_records_stays_records(tmp_path, read):
    orders = [{"id": i, "items": READINGS[: 1 + i % 3]} for i in range(30)]
    columns = read(json.dumps(orders), name="x.json").columns
    (tmp_path / "b.json").write_text(json.dumps([{"id": 1, "items": READINGS}]))
    (tmp_path / "batch").mkdir()
    batch = read_aligned(tmp_path / "b.json", "b.json", columns, tmp_path / "batch")
    assert batch.rows == 1


_INNER = st.fixed_dictionaries({"a": st.integers(), "b": st.text(max_size=3)})


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.lists(_INNER, min_size=5, max_size=9), min_size=1, max_size=6), st.integers(0, 3)
)
def test_any_lists_come_back_in_order(lists, depth):
    records = [{"n": i, "list": rows} for i, rows in enumerate(lists)]
    for _ in range(depth):
        records = [{"list": records}]
    found = nested_records(records)
    assert [(r["n"], r["a"], r["b"]) for r in found.rows] == [
        (i, r["a"], r["b"]) for i, rows in enumerate(lists) for r in rows
    ]


@pytest.mark.parametrize("around", [{"big": "x" * 1_000_000}, {f"k{i}": i for i in range(9_000)}])
def test_values_that_would_fill_the_memory_are_not_repeated(around):
    rows = [{"a": i, "b": i % 7} for i in range(4_000)]
    found = find_records({"data": [around | {"rows": rows}]}, "x.json")
    assert len(found.rows) == 4_000
    assert found.rows[5] == {"a": 5, "b": 5}
    assert "Beside the rows there is also" in " ".join(found.notes)


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), 10**400, True])
def test_odd_numbers_are_no_times(odd):
    cells = [[odd, i] for i in range(12)]
    found = find_records({"data": [{"station": "X", "points": cells}]}, "x.json")
    assert len(found.rows) == 1
