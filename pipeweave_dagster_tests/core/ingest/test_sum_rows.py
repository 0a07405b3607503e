"""Totals and subtotals are found by their numbers, whatever they are called."""

import json
import random

import pytest

NOTE = "by the numbers: line "


def grouped(sizes, columns, digits, names=("Hlutasumma", "Alls")):
    """Return rows of groups, each but a lone one with a subtotal, and a total, and their places."""
    chance = random.Random(7)
    rows, places, total = [], [], [0.0] * columns
    for group, size in enumerate(sizes):
        block = [[round(chance.uniform(10, 999), digits) for _ in range(columns)]
                 for _ in range(size)]  # fmt: skip
        sums = [round(sum(column), digits) for column in zip(*block, strict=True)]
        rows += [[f"g{group} r{i}", *row] for i, row in enumerate(block)]
        if len(sizes) > 1:
            rows.append([f"{names[0]} {group}", *sums])
            places.append(len(rows) + 1)
        total = [round(a + b, digits) for a, b in zip(total, sums, strict=True)]
    rows.append([names[1], *total])
    return rows, [*places, len(rows) + 1]


def text(rows):
    header = ["region", *(f"v{k}" for k in range(1, len(rows[0])))]
    return "".join(";".join(map(str, row)) + "\n" for row in [header, *rows])


@pytest.mark.parametrize("sizes", [(9,), (3, 4, 2), (5, 5, 5, 5)])
@pytest.mark.parametrize(("columns", "digits"), [(1, 2), (2, 0), (5, 1)])
def test_rows_that_are_sums_are_named(sizes, columns, digits, read):
    rows, places = grouped(sizes, columns, digits)
    [note] = [n for n in read(text(rows)).notes if NOTE in n]
    listed = [line for line in places[:5] if f"{line} (" in note]
    assert listed == places[:5]
    assert note.startswith(f"{len(places)} row")


@pytest.mark.parametrize("rows", [8, 100, 3000])
@pytest.mark.parametrize("digits", [0, 1, 2])
def test_totals_that_were_computed_before_rounding_are_found(rows, digits, read):
    chance = random.Random(rows + digits)
    exact = [[chance.uniform(100, 999) for _ in range(3)] for _ in range(rows)]
    total = [sum(column) for column in zip(*exact, strict=True)]
    shown = [[f"r{i}", *(round(v, digits) for v in row)] for i, row in enumerate([*exact, total])]
    sums = [round(sum(column), digits) for column in zip(*(r[1:] for r in shown[:-1]), strict=True)]
    assert sums != shown[-1][1:]
    assert any(NOTE in n for n in read(text(shown)).notes)
    far = [*shown[:-1], ["far", *(round(1.01 * v, digits) for v in total)]]
    assert not any(NOTE in n for n in read(text(far)).notes)


def test_a_total_that_has_a_note_has_no_other(read):
    rows, _ = grouped((9,), 2, 0, ("", "Total"))
    notes = read(text(rows)).notes
    assert ["looks like a total" in n for n in notes] == [True]


def test_other_formats_and_blank_cells(read):
    rows, places = grouped((3, 4), 3, 0)
    records = [
        dict(zip(["id", "a", "b", "c"], [*row[:2], None, *row[3:]], strict=True)) for row in rows
    ]
    notes = read(json.dumps(records), name="d.json").notes
    assert f"({rows[places[-1] - 2][0]!r})" in " ".join(notes)


@pytest.mark.parametrize("large", [1e306, 1.7e307, 3e15])
def test_numbers_too_large_to_be_rounded_are_exact_or_none(large, read):
    rows, places = grouped((9,), 2, 0)
    wide = [[*row, large] for row in rows]
    [note] = [n for n in read(text(wide)).notes if NOTE in n]
    assert f"line {places[0]} (" in note


@pytest.mark.parametrize("large", [1.7e308, -1.7e308])
def test_a_column_whose_sum_no_float_can_hold_says_nothing(large, read):
    rows, places = grouped((9,), 2, 0)
    wide = [[*row, large] for row in rows]
    [note] = [n for n in read(text(wide)).notes if NOTE in n]
    assert f"line {places[0]} (" in note
    assert not any(NOTE in n for n in read(text([[row[0], large] for row in rows])).notes)


OTHERS = {
    "random": [[f"r{i}", i * 37 % 11, i * 53 % 13] for i in range(60)],
    "zeros and ones": [[f"r{i}", i % 2, (i + 1) % 2, 1] for i in range(60)],
    "no greater": [*([f"r{i}", 0, 0] for i in range(8)), ["a", 1, 0], ["b", 0, 1], ["c", 1, 1]],
    "growing": [[f"r{i}", 2**i, 3**i] for i in range(20)],
    "running sums": [[f"r{i}", i, i * (i + 1) // 2] for i in range(1, 30)],
    "copies": [[f"r{i}", 5, 7] for i in range(20)],
    "a sum in the middle": [
        ["a", 1, 2],
        ["b", 4, 5],
        ["c", 5, 7],
        *([f"r{i}", i, 9] for i in range(9)),
    ],
}


@pytest.mark.parametrize("kind", OTHERS)
def test_other_rows_are_no_sums(kind, read):
    assert not any(NOTE in note for note in read(text(OTHERS[kind])).notes)
