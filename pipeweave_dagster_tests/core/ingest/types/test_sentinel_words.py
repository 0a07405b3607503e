"""One word among measures is a missing value; words among codes are categories."""

import datetime as dt

import pytest

pytestmark = pytest.mark.slow  # the file with all its variants


def table(values, mark=","):
    return f"id{mark}x\n" + "".join(f"{i}{mark}{v}\n" for i, v in enumerate(values))


def measures(rows, word, every):
    return [word if i % every == 3 else f"{i}.25" for i in range(rows)]


@pytest.mark.parametrize(
    ("word", "rows_", "every"),
    [("FALSE", 41, 1000), ("absent", 41, 1000), ("below limit", 40, 7), ("FALSE", 5000, 40),
     ("Verst\u00e4rker", 400, 4)],
)  # fmt: skip
@pytest.mark.parametrize("mark", [",", ";"])
def test_a_word_among_measures_is_missing(word, rows_, every, mark, read, rows):
    values = measures(rows_, word, every)
    snapshot = read(table(values, mark))
    column = snapshot.columns[1]
    assert (column.type, snapshot.rows_quarantined) == ("number", 0)
    assert f"Stored as missing in a column of type number: {word!r}" in column.note
    assert [row["x"] for row in rows()] == [None if v == word else float(v) for v in values]


def test_a_word_among_many_whole_numbers_is_missing(read, rows):
    values = ["FALSE" if i == 20 else str(i * 37 % 1000) for i in range(41)]
    assert read(table(values)).columns[1].type == "integer"
    assert rows()[20]["x"] is None


def test_a_word_among_dates_is_missing(read, rows):
    days = [dt.date(2021, 1, 1) + dt.timedelta(i) for i in range(40)]
    values = ["ongoing" if i % 5 == 0 else str(d) for i, d in enumerate(days)]
    assert read(table(values)).columns[1].type == "date"
    assert [row["x"] for row in rows()] == [d if i % 5 else None for i, d in enumerate(days)]


TEXTS = {
    "codes": ["4", "6", "8", "rotary"] * 20,
    "districts": ["At-Large" if i % 50 == 7 else str(i % 40 + 1) for i in range(400)],
    "many words": [f"{i}.5" if i % 2 else f"word{i % 5}" for i in range(60)],
    "two words": [f"{i}.5" if i % 3 else ["low", "high"][i % 2] for i in range(60)],
    "few": ["1.5", "FALSE", "2.5", "3.5"],
    "codes with letters": [f"{i}" if i % 9 else "12A" for i in range(60)],
    "bounds": [f"{i}.5" if i % 9 else "under 5" for i in range(60)],
}


@pytest.mark.parametrize("kind", TEXTS)
def test_other_words_are_kept(kind, read, rows):
    read(table(TEXTS[kind]))
    assert [row["x"] for row in rows()] == TEXTS[kind]


def test_a_single_damaged_cell_of_a_large_table_is_quarantined(read):
    values = [f"{i}.25" for i in range(3000)]
    values[77] = "free"
    assert read(table(values)).rows_quarantined == 1
