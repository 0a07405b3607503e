"""Lists of objects appended to each other, as a loop over the pages of an API writes them."""

import json

import pytest

PAGES = [
    [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}],
    [{"id": 3, "name": "c", "old": True}],
    [],
    [{"id": 4, "name": "d"}, {"name": "e", "id": 5}],
]
WRITTEN = {
    "one per line": "\n".join(map(json.dumps, PAGES)),
    "blank lines between": "\n\n".join(map(json.dumps, PAGES)) + "\n",
    "indented": "\n".join(json.dumps(page, indent=2) for page in PAGES),
    "on one line": "".join(map(json.dumps, PAGES)),
    "in a list": json.dumps(PAGES),
}


@pytest.mark.parametrize("name", ["data.json", "data.jsonl"])
@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_the_rows_are_the_objects_of_all_pages(read, rows, text, name):
    snapshot = read(text, name=name)
    assert [c.name for c in snapshot.columns] == ["id", "name", "old"]
    assert [row["id"] for row in rows()] == [1, 2, 3, 4, 5]
    assert "The rows are the objects of 4 lists, one after the other." in snapshot.notes


def test_a_line_that_is_no_json_is_quarantined(read, rows):
    snapshot = read("\n".join([*map(json.dumps, PAGES), "[{"]), name="data.jsonl")
    assert (snapshot.rows, snapshot.rows_quarantined) == (5, 1)


@pytest.mark.parametrize(
    "lists",
    [[[{"x": 1}, {"y": 2}], [{"x": 3}, {"y": 4}]], [[{"x": 1}, 5], [{"x": 2}, 6], [{"x": 3}, 7]]],
    ids=["objects of different keys", "objects beside values"],
)
def test_lists_of_cells_stay_rows(read, rows, lists):
    assert read("\n".join(map(json.dumps, lists)), name="data.jsonl").rows == len(lists)
