"""Files of one column: a first line that is a value is a row, and what is in doubt is noted."""

import csv
import io
import itertools

import pytest

from pipeweave_dagster.core.documents import ReadSetting
from pipeweave_dagster.core.ingest.text.first_lines import Line
from pipeweave_dagster.core.ingest.text.lone_column import LoneColumn

pytestmark = pytest.mark.slow

WORDS = ("emil", "dora", "carla", "finn", "rita", "leo")
TOWNS = ("Bern", "Ulm", "Lyon", "Rome", "Oslo")


def lines(*values):
    return "".join(f"{value}\n" for value in values)


VALUES = {
    "codes": [f"{'ABCDE'[i % 5]}{100 + 37 * i % 900}" for i in range(20)],
    "codes with a hyphen": [f"{'KQRX'[i % 4]}P-{10 + 7 * i % 90}" for i in range(12)],
    "short codes": [f"{i % 7}{'xyz'[i % 3]}" for i in range(30)],
    "plates": [f"{('BE', 'ZH', 'GE')[i % 3]} {1000 + 311 * i % 9000}" for i in range(15)],
    "words of a small vocabulary": [f"{WORDS[i % 6]} {WORDS[i * i % 5]}" for i in range(30)],
    "pairs of towns": [f'"{TOWNS[i % 5]}, {TOWNS[i * 3 % 4]}"' for i in range(30)],
    "lists of tags": [f"a{i % 3};b{i % 2};c{i % 4}" for i in range(40)],
    "numbers below one that may be a year": ["1823", "679", "222", "4635", "12", "87"] * 3,
}  # fmt: skip


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_values_on_the_first_line_are_a_row(read, values):
    snapshot = read(lines(*values))
    assert {c.original_name for c in snapshot.columns} == {""}
    assert snapshot.rows_read == len(values)


NAMED = {
    "codes": ("code", VALUES["codes"]),
    "a name with a digit": ("var_1", VALUES["codes"]),
    "words": ("first name", VALUES["words of a small vocabulary"]),
    "prose with the words of the name": (
        "review text",
        [
            f"the text of review {i} says {w}{' and more' * (i % 3)}"
            for i, w in enumerate(WORDS * 4)
        ],
    ),
    "sorted words of which the first fill many lines": (
        "party_or_ideology",
        [*["Conservative Republican"] * 450, *["Liberal Democrat"] * 40, *["Mod/Lib Whig"] * 9],
    ),
    "two words of equal lengths": ("animal_seen", ["red cow", "big dog", "old cat"] * 30),
    "words of equal lengths": (
        "animal_seen",
        [f"{a} {b}" for a in ("red", "big", "old") for b in ("cow", "dog", "cat")] * 9,
    ),
    "items": ("item", [f"item {i}{' of many' * (i % 2)}" for i in range(30)]),
    "years": ("year", ["1823", "1679", "1922"] * 4),
}


@pytest.mark.parametrize(("name", "values"), NAMED.values(), ids=NAMED)
def test_names_stay_names(read, name, values):
    snapshot = read(lines(name, *values))
    assert [c.original_name for c in snapshot.columns] == [name]
    assert snapshot.rows_read == len(values)


UNDECIDED = {
    "towns": ["Ulm", "New York", "Nice", "New York"],
    "colours": ["blue", "red", "red"],
    "persons": [f"{a.title()} {b.title()}son" for a, b in itertools.pairwise(WORDS)],
    "few words": ["ben gina leo", "dora paul nina", "ida emil kim"],
}


@pytest.mark.parametrize("values", UNDECIDED.values(), ids=UNDECIDED)
def test_where_nothing_decides_a_header_is_read_with_a_note(read, values):
    snapshot = read(lines(*values))
    assert [c.original_name for c in snapshot.columns] == values[:1]
    assert any("set read: {skip: 0, header: 0}" in note for note in snapshot.notes), snapshot.notes


def test_in_a_wider_table_other_columns_decide():
    wide = [Line([f"A{i}", "x"], 2, 2) for i in range(20)]
    assert not LoneColumn(wide).is_value(wide[:1])


def test_few_values_show_nothing():
    few = [Line([f"A{i}"], 1, 1) for i in range(4)]
    assert not LoneColumn(few).is_value(few[:1])


TEXTS = [f"note {i} of {w}" for i, w in enumerate(WORDS * 4)]
BROKEN = {
    "each with a line break": [f"{text}\nand more" for text in TEXTS],
    "some with a line break": [
        f"{text}\nand more" if i % 3 else text for i, text in enumerate(TEXTS)
    ],
    "one with line breaks": ["first\n\nsecond\nthird", *WORDS],
    "quotes beside line breaks": [f'he said "{w}"\nand left' for w in WORDS],
    "few": ["a\nb", "c\nd"],
    "some with a comma": [f"{w.title()}son, J" if i % 3 else w for i, w in enumerate(WORDS * 3)],
    "many with a comma": [f"{w.title()}son, J" if i % 5 else w for i, w in enumerate(WORDS * 3)],
    "some with a semicolon and comma": ["Ng; Lee, W" if i % 4 else w for i, w in enumerate(WORDS)],
    "one with a comma": ["Smith, J", *WORDS],
    "one with quotes": ['5" pipe, long', *WORDS],
}


@pytest.mark.parametrize("delimiter", [None, "none"])
@pytest.mark.parametrize("values", BROKEN.values(), ids=BROKEN)
def test_values_come_back_as_csv_quotes_them(read, rows, values, delimiter):
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([["remark"], *([v] for v in values)])
    setting = ReadSetting(delimiter=delimiter) if delimiter else None
    read(file.getvalue(), read=setting)
    assert [row["remark"] for row in rows()] == values


@pytest.mark.parametrize("most", [2, 4, 9])
def test_numbers_with_quoted_thousands_are_numbers(read, rows, most):
    values = ['"1,234.50"' if i % most else "0.25" for i in range(20)]
    snapshot = read(lines("price", *values))
    assert [c.type for c in snapshot.columns] == ["number"]
    assert {row["price"] for row in rows()} == {1234.5, 0.25}


LITERAL = {
    "quotes inside": ['a "big" dog', 'the "end"', "plain"],
    "a quote that opens prose": ['"Ends" said he', "plain", "more"],
    "a quote that nothing closes": ['"Ends said he', "plain", "more"],
}


@pytest.mark.parametrize("values", LITERAL.values(), ids=LITERAL)
def test_quotes_that_do_not_enclose_a_value_are_part_of_it(read, rows, values):
    read(lines("remark", *values))
    assert [row["remark"] for row in rows()] == values
