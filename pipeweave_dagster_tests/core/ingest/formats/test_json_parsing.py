"""Numbers of JSON that no float holds are noted, or kept as text."""

import pytest


@pytest.mark.parametrize("lines", [False, True])
def test_json_notes_digits_that_a_float_does_not_hold(read, lines):
    texts = ["12345678901234567.25", "0.1234567890123456789", "0.30000000000000004", "1.5"]
    records = [f'{{"v": {text}}}' for text in texts]
    snapshot = read("\n".join(records) if lines else f"[{','.join(records)}]", name="a.json")
    assert "2 numbers with more than 17 digits, rounded to the nearest float." in snapshot.notes


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1.5E+999"])
@pytest.mark.parametrize("others", [["1.5", "2"], ["1", "2"], []])
def test_json_numbers_beyond_a_float_are_texts_that_are_named(read, rows, number, others):
    values = [*others, number]
    snapshot = read("\n".join(f'{{"v": {v}, "w": 1}}' for v in values), name="a.jsonl")
    assert [row["v"] for row in rows()] == values
    if others:
        assert number in snapshot.columns[0].note
