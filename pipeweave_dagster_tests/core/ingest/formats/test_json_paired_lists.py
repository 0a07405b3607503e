"""Lists of pairs that share their first halves are columns of one table."""

import json

import pytest

from pipeweave_dagster.core.ingest.formats.json_paired_lists import paired_lists
from pipeweave_dagster.core.ingest.formats.json_records import find_records

PLACES = [1704067200000 + i * 3600 for i in range(6)]
LISTS = {name: [[t, i * k] for i, t in enumerate(PLACES)] for k, name in enumerate(["a", "b"], 1)}


@pytest.mark.parametrize(
    "document",
    [LISTS, {"data": LISTS}, {"status": "ok", **LISTS}, {"m": {"x": 1}, **LISTS}],
    ids=["alone", "in an object", "beside a text", "beside an object"],
)
def test_pairs_at_the_same_places_are_rows(read, rows, document):
    snapshot = read(json.dumps(document), name="x.json")
    assert [c.name for c in snapshot.columns] == ["time", "a", "b"]
    assert rows()[2] == {"time": PLACES[2], "a": 2, "b": 4}
    [note] = [n for n in snapshot.notes if "pairs of 2 lists" in n]
    assert ("Beside the rows" in note) == (len(document) > 2 or "m" in document)


@pytest.mark.parametrize(
    "document",
    [
        {"a": LISTS["a"], "b": LISTS["b"][1:]},
        {"a": LISTS["a"]},
        {"a": LISTS["a"], "b": [[1, 2]] * 6},
        {**LISTS, "rows": [{"x": 1}]},
    ],
    ids=["other places", "one list", "no places", "beside records"],
)
def test_other_lists_of_pairs_are_not_joined(document):
    assert paired_lists(document) is None


def test_places_that_are_no_times():
    found = find_records({"x": [[i, i] for i in range(4)], "y": [[i, 2] for i in range(4)]}, "x")
    assert found.rows[1] == {"x_": 1, "x": 1, "y": 2}
