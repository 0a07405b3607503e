"""Rows of cells get the names that another list of the document gives their columns."""

import json

import pytest

pytestmark = pytest.mark.slow

NAMES = ["id", "v", "c"]
ROWS = [[f"00{i}", i * 1.5, "ab"[i % 2]] for i in range(6)]

ENVELOPES = {
    "columns and rows": lambda n, r: {"columns": n, "rows": r},
    "rows first": lambda n, r: {"rows": r, "columns": n},
    "columns and data": lambda n, r: {"columns": n, "data": r},
    "split of pandas": lambda n, r: {"columns": n, "index": list(range(len(r))), "data": r},
    "split with rows": lambda n, r: {"columns": n, "index": list(range(len(r))), "rows": r},
    "header and values": lambda n, r: {"header": n, "values": r},
    "names and records": lambda n, r: {"names": n, "records": r},
    "objects with a name": lambda n, r: {
        "fields": [{"name": x, "type": "any"} for x in n],
        "rows": r,
    },
    "with types": lambda n, r: {"columns": n, "types": ["text"] * len(n), "rows": r},
    "with a count": lambda n, r: {"columns": n, "rows": r, "total": len(r)},
    "in a result": lambda n, r: {"result": {"columns": n, "rows": r}},
    "beside a status": lambda n, r: {"status": "ok", "result": {"columns": n, "rows": r}},
}


@pytest.mark.parametrize(("count", "width"), [(1, 1), (2, 2), (1, 3), (3, 3), (6, 3)])
@pytest.mark.parametrize("envelope", ENVELOPES.values(), ids=ENVELOPES)
def test_names_beside_rows_are_names(read, rows, envelope, count, width):
    cells = [row[:width] for row in ROWS[:count]]
    read(json.dumps(envelope(NAMES[:width], cells)), name="a.json")
    assert rows() == [dict(zip(NAMES, row, strict=False)) for row in cells]


def test_cells_may_be_lists_and_rows_ragged(read, rows):
    table = {"columns": ["id", "tags"], "rows": [["x", ["a"]], ["y", ["b"], 7], ["z"], ["w", []]]}
    read(json.dumps(table), name="a.json")
    assert [row["tags"] for row in rows()] == ['["a"]', '["b"]', None, "[]"]
    assert [row["column_3"] for row in rows()] == [None, 7, None, None]


def test_names_that_repeat_are_told_apart(read, rows):
    read(json.dumps({"columns": ["a", "a"], "rows": [["u", 1], ["w", 2]]}), name="a.json")
    assert rows() == [{"a": "u", "a_2": 1}, {"a": "w", "a_2": 2}]


COLUMNS = {
    "pairs beside words": {"id": ["x", "y"], "point": [[1, 2], [3, 4]]},
    "names of persons": {"names": ["ann", "bob"], "points": [[1, 2], [3, 4]]},
    "values of no rows": {"columns": [3, 5], "rows": [4, 6]},
}


@pytest.mark.parametrize("table", COLUMNS.values(), ids=COLUMNS)
def test_lists_of_one_length_are_columns_otherwise(read, rows, table):
    read(json.dumps(table), name="a.json")
    assert list(rows()[0]) == list(table)
    assert len(rows()) == 2
