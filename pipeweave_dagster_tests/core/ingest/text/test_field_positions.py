"""Tables of aligned fields: cells that are blank, values longer than those of the first lines."""

import csv
import random

import pytest

from pipeweave_dagster.core.ingest import ingest_as_text
from pipeweave_dagster.core.ingest.text.field_positions import placed_fields, with_positions
from pipeweave_dagster.core.ingest.text.text_dialect import TextDialect

NAMES = ("site", "amount", "depth_m", "temperature", "year_built", "Q")
WORDS = ("oak", "pine", "red cedar", "St. Louis", "birch tree", "N.Y.")
CELLS = {
    "whole": lambda r: str(r.randint(0, 10 ** r.randint(1, 5))),
    "decimal": lambda r: f"{r.gauss(0, 50):.2f}",
    "code": lambda r: f"{r.choice('ABC')}{r.randint(10, 99)}",
    "word": lambda r: r.choice(WORDS).replace(" ", "_"),
    "text": lambda r: r.choice(WORDS),
    "date": lambda r: f"20{r.randint(10, 24)}-{r.randint(1, 12):02}-{r.randint(1, 28):02}",
}


def drawn_table(seed):
    """Return names, rows and lines of a table; some cells are missing, perhaps only far down."""
    r = random.Random(seed)
    kinds = [r.choice([*CELLS]) for _ in range(r.randint(3, 7))]
    kinds[r.randrange(1, len(kinds))] = "decimal"
    count, share = r.choice([40, 150, 700]), r.choice([0, 0.003, 0.02, 0.1, 0.3])
    first = r.choice([0, 0.7]) * count
    names = [f"{r.choice(NAMES)}{j}" for j in range(len(kinds))]
    rows = [
        [
            "" if j and i >= first and r.random() < share else CELLS[kind](r)
            for j, kind in enumerate(kinds)
        ]
        for i in range(count)
    ]
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    right = [kind in {"whole", "decimal"} for kind in kinds]
    gap, trimmed = " " * r.randint(1, 3), r.random() < 0.5

    def line(cells):
        padded = (
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(cells, widths, right, strict=True)
        )
        joined = gap.join(padded)
        return joined.rstrip() if trimmed else joined

    return names, rows, [line(names), *map(line, rows)]


@pytest.mark.parametrize("seed", range(40))
def test_an_aligned_table_comes_back(tmp_path, seed):
    names, rows, lines = drawn_table(seed)
    file = tmp_path / "t.txt"
    file.write_text("\n".join([*lines, ""]))
    ingest_as_text(file, "t.txt", tmp_path)
    with (tmp_path / "data.csv").open(newline="") as text:
        found = [[cell.strip() for cell in row] for row in csv.reader(text)]
    assert found == [names, *rows]


def numbers(count, blank=()):
    lines = ["  a      b     c"]
    lines += [f"{i % 7:3d} {i * 1.5:6.1f} {'' if i in blank else i % 90:>5}" for i in range(count)]
    return "\n".join([*lines, ""])


def test_a_blank_cell_far_below_the_first_lines_is_missing(read, rows):
    snapshot = read(numbers(3000, blank=range(2900, 2903)), name="t.txt")
    assert snapshot.rows_quarantined == 0
    assert rows()[2901] == {"a": 2901 % 7, "b": 4351.5, "c": None}


def test_placed_rows_are_told(read):
    text = "A17 42 81\n" * 60_000  # more than what the dialect is chosen from
    snapshot = read(f"a   b  c\n{text}A11    12\n", name="t.txt")
    assert snapshot.rows_quarantined == 0
    assert "blank cells, found by where the other fields stand" in " ".join(snapshot.notes)


def test_a_name_that_is_longer_than_in_the_first_lines_is_not_cut(read, rows):
    shops = [f"{WORDS[i % 6]:<40}{i % 97:>6}" for i in range(900)]
    shops[800] = f"{'A very long name of a shop, number 2':<40}{17:>6}"
    snapshot = read("\n".join([f"{'shop':<40}{'n':>6}", *shops, ""]), name="t.txt")
    assert snapshot.rows_quarantined == 0
    assert rows()[800] == {"shop": "A very long name of a shop, number 2", "n": 17}


def test_values_of_two_words_under_one_name_stay_one(read, rows):
    lines = [f"{1970 + i // 4} Q{i % 4 + 1} {i * 0.37 - 9:>12.3f}" for i in range(80)]
    read("\n".join(["Quarter  Consumption", *lines, ""]), name="t.txt")
    assert [*rows()[0]] == ["Quarter", "Consumption"]
    read("\n".join(["Quarter   Consumption", *lines, ""]), name="t.txt")  # one character too long
    assert [*rows()[0]] == ["Quarter", "Consumption"]


def test_a_line_of_blanks_in_a_table_between_blanks_is_skipped(read):
    lines = [f"{i % 60 + 10}   {i % 50 + 10}" for i in range(300)]
    snapshot = read("\n".join(["a    b", *lines, "       ", *lines, ""]), name="t.txt")
    assert snapshot.rows == 600


SPANS = TextDialect(" ", whitespace=True, spans=((0, 3), (4, 9), (12, 14)))
PLACED = {
    "A17       42": None,  # the last field is between two columns
    "A17         42": ["A17", "", "42"],
    "    12.50": ["", "12.50", ""],
    "A17 12.50": ["A17", "12.50", ""],
    "A17 1 2": None,  # two fields below one column
    "total of 42": None,
    "# 42": None,
    "(40 rows)": None,
    "A17\t42": None,
}


@pytest.mark.parametrize(("line", "placed"), PLACED.items(), ids=PLACED)
def test_a_field_is_placed_where_it_stands_below_one_column(line, placed):
    assert placed_fields(line, line.split(), SPANS) == placed


def test_columns_that_share_a_position_have_no_places(tmp_path):
    file = tmp_path / "t.txt"
    file.write_text("a b\n" + "".join(f"{'x' * (i % 5 + 1)} {i}\n" for i in range(40)) + "y\n")
    assert with_positions(TextDialect(" ", whitespace=True), file, 2).spans == ()


def test_a_hostile_line_costs_no_time(tmp_path):
    file = tmp_path / "t.txt"
    file.write_text("a b\n" + "1 2\n" * 40 + "1 " * 300_000 + "\n3\n")
    assert with_positions(TextDialect(" ", whitespace=True), file, 2).spans == ((0, 1), (2, 3))
