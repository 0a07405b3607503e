"""Words among few numbers and longer codes among codes are no damaged cells."""

import pytest

pytestmark = pytest.mark.slow  # the file with all its variants


def table(values):
    return "id,x\n" + "".join(f"{i},{v}\n" for i, v in enumerate(values))


def mixed(values, others, rows=6000):
    """Return values with others among them, far apart, so that a sample may not have them."""
    cells = [values[i * 7 % len(values)] for i in range(rows)]
    for i, other in enumerate(others):
        cells[rows - 1 - i * 97] = other
    return cells


GRADES, ZIPS = ["9", "10", "11", "12"], [str(10_001 + 37 * i) for i in range(400)]
KEPT = {
    "a word": (GRADES, ["other"] * 5),
    "words": (["1", "2", "3"], ["not asked"] * 4 + ["both"] * 3),
    "a word and a damaged cell": (GRADES, ["other"] * 5 + ["1O"]),
    "halves": (["6", "6.5", "7"], ["one size"] * 3),
    "booleans": (["true", "false"], ["partly"] * 4),
    "ZIP+4": (ZIPS, [f"{10_001 + i}-{1234 + i}" for i in range(4)]),
    "codes with a letter": (ZIPS, [f"{10_001 + i}Q" for i in range(4)]),
}


@pytest.mark.parametrize("kind", KEPT)
def test_no_row_is_lost_and_a_note_says_why(kind, read, rows):
    cells = mixed(*KEPT[kind])
    snapshot = read(table(cells))
    column = snapshot.columns[1]
    assert (column.type, snapshot.rows_quarantined) == ("text", 0)
    assert [row["x"] for row in rows()] == cells
    assert column.note.count("Kept as text") == 1
    assert repr(KEPT[kind][1][0]) in column.note


MEASURES = [str(i * 37 % 1900) for i in range(600)]
QUARANTINED = {
    "one word": (GRADES, ["other"]),
    "two typing errors": (GRADES, ["1O", "1l"]),
    "words among measures": (MEASURES, ["high"] * 3 + ["low"] * 3),
    "one longer code": (ZIPS, ["10001-1234"]),
    "damaged codes": (ZIPS, ["10001-1234", "1o000", "100o1", "10x001"]),
    "damaged measures": (MEASURES, ["12..5", "7=", "5,,1"]),
}


@pytest.mark.parametrize("kind", QUARANTINED)
def test_damaged_cells_are_quarantined_as_before(kind, read):
    snapshot = read(table(mixed(*QUARANTINED[kind])))
    assert snapshot.columns[1].type == "integer"
    assert snapshot.rows_quarantined == len(QUARANTINED[kind][1])


def test_missing_words_stay_missing(read):
    snapshot = read(table(mixed(GRADES, ["unknown"] * 5)))
    assert (snapshot.columns[1].type, snapshot.columns[1].missing) == ("integer", 5)


def test_the_settings_can_read_numbers(read):
    snapshot = read(table(mixed(GRADES, ["other"] * 5)), columns={"x": "number"})
    assert (snapshot.columns[1].type, snapshot.columns[1].missing) == ("integer", 5)
