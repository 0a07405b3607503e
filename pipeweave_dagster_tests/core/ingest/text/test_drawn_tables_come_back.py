"""Any table that a client draws comes back: names and cells, whatever the style."""

import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.text.read_options import ReadOptions
from pipeweave_dagster.core.ingest.text.read_plan import plan_read, read_records

BOX = dict(zip("┌─┬┐├┼┤└┴┘│", "┌─┬┐├┼┤└┴┘│", strict=True))
ROUND = BOX | dict(zip("┌┐└┘", "╭╮╰╯", strict=True))
DOUBLE = BOX | dict(zip("┌┬┐├┼┤└┴┘│", "╔╦╗╠╬╣╚╩╝║", strict=True)) | {"─": "═"}
FANCY = DOUBLE | dict(zip("┌┬┐├┼┤└┴┘│", "╒╤╕╞╪╡╘╧╛│", strict=True))
HEAVY = BOX | dict(zip("┌─┬┐├┼┤└┴┘│", "┏━┳┓┣╋┫┗┻┛┃", strict=True))
ASCII = BOX | dict.fromkeys("┌┬┐├┼┤└┴┘", "+") | {"─": "-", "│": "|"}
ORG = ASCII | {"├": "|", "┤": "|"}
EQUALS = ASCII | {"═": "="}


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def padded(cell, size):
    return cell + " " * (size - width(cell))


def framed(marks, top=True, bottom=True, each=False):
    """Return what draws a table in a frame: mysql, the box of SQLite and DuckDB, tabulate."""

    def draw(names, rows):
        sizes = [max(map(width, column)) for column in zip(names, *rows, strict=True)]

        def rule(left, joint, right):
            dashes = (marks["─"] * (n + 2) for n in sizes)
            return marks[left] + marks[joint].join(dashes) + marks[right]

        def line(cells):
            inner = f" {marks['│']} ".join(map(padded, cells, sizes))
            return f"{marks['│']} {inner} {marks['│']}"

        between = [rule(*"├┼┤")]
        body = [x for row in rows for x in (line(row), *(between if each else []))]
        head = [rule(*"┌┬┐")] if top else []
        foot = [rule(*"└┴┘")] if bottom else []
        return [*head, line(names), *between, *body[: len(body) - each], *foot]

    return draw


def psql(names, rows):
    """Draw a table as psql does: a cell of several lines goes on below a plus."""
    split = [[cell.split("\n") for cell in row] for row in [names, *rows]]
    sizes = [max(width(x) for cell in column for x in cell) for column in zip(*split, strict=True)]
    lines = []
    for row in split:
        for k in range(max(map(len, row))):
            parts = [(c[k : k + 1], len(c) > k + 1, n) for c, n in zip(row, sizes, strict=True)]
            cells = [f" {padded(''.join(c), n)}{'+' if more else ' '}" for c, more, n in parts]
            lines.append("|".join(cells).rstrip(" "))
    rule = "+".join("-" * (n + 2) for n in sizes)
    return [lines[0], rule, *lines[1:], f"({len(rows)} rows)", ""]


def markdown(names, rows):
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in [names, *rows]]
    lines = [f"| {' | '.join(row)} |" for row in escaped]
    return [lines[0], f"|{'---|' * len(names)}", *lines[1:]]


def ruled(names, rows):
    sizes = [max(4, *map(width, column)) for column in zip(names, *rows, strict=True)]
    lines = ["  ".join(map(padded, row, sizes)).rstrip() for row in [names, *rows]]
    return [lines[0], "  ".join("-" * n for n in sizes), *lines[1:]]


STYLES = {
    "psql": psql,
    "mysql": framed(ASCII),
    "markdown": markdown,
    "sqlplus": ruled,
    "sqlite box": framed(BOX),
    "rounded": framed(ROUND),
    "double": framed(DOUBLE),
    "fancy": framed(FANCY),
    "heavy": framed(HEAVY),
    "orgtbl": framed(ORG, top=False, bottom=False),
    "tabulate psql": framed(ORG),
    "grid": framed(ASCII, each=True),
}
LETTERS = "abcxyz019.,|;é王 "
CELL = st.text(LETTERS, max_size=7).map(lambda t: " ".join(t.split()))


@st.composite
def tables(draw, cell):
    names = draw(
        st.lists(st.from_regex("[a-z]{4,8}", fullmatch=True), min_size=2, max_size=4, unique=True)
    )
    others = st.lists(cell, min_size=len(names) - 1, max_size=len(names) - 1)
    rows = [[str(i), *draw(others)] for i in range(1, draw(st.integers(2, 6)))]
    return names, rows


def read_back(lines):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "drawn"
        path.write_text("\n".join(lines) + "\n")
        plan, records = read_records(
            plan_read(Content(path, "d.txt", "none"), Path(folder), ReadOptions())
        )
        return plan.layout.names, [list(record.fields) for record in records[plan.body_start :]]


@pytest.mark.parametrize("style", STYLES)
@settings(max_examples=15)
@given(table=tables(CELL))
def test_a_drawn_table_comes_back(style, table):
    names, rows = table
    assert read_back(STYLES[style](names, rows)) == (names, rows)


PART = st.text(LETTERS.replace("|", ""), max_size=7).map(lambda t: " ".join(t.split()))


@settings(max_examples=40)
@given(table=tables(st.lists(PART, min_size=1, max_size=3).map("\n".join)))
def test_cells_of_several_lines_come_back_from_psql(table):
    names, rows = table
    assert read_back(psql(names, rows)) == (names, rows)


PRINTED = {
    "DuckDB": """\
┌───────┬─────────┐
│   a   │    b    │
│ int32 │ varchar │
├───────┼─────────┤
│     1 │ x│y     │
│     2 │ z|w     │
├───────┴─────────┤
│ 2 rows          │
└─────────────────┘
""",
    "polars": """\
shape: (2, 2)
┌─────┬─────┐
│ a   ┆ b   │
│ --- ┆ --- │
│ i64 ┆ str │
╞═════╪═════╡
│ 1   ┆ x│y │
│ 2   ┆ z|w │
└─────┴─────┘
""",
    "rich": """\
┏━━━━━━━┳━━━━━━━━━┓
┃ a     ┃ b       ┃
┡━━━━━━━╇━━━━━━━━━┩
│ 1     │ x│y     │
│ 2     │ z|w     │
└───────┴─────────┘
""",
    "psql with lines": """\
   a   │   b
───────┼───────
 1     │ x│y
 2     │ z|w
(2 rows)
""",
}


@pytest.mark.parametrize("text", PRINTED.values(), ids=PRINTED)
def test_tables_of_box_characters_come_back(text):
    assert read_back(text.split("\n")) == (["a", "b"], [["1", "x│y"], ["2", "z|w"]])


def test_line_numbers_stay_true_below_a_cell_of_several_lines(read):
    text = " id | note\n----+-------\n  1 | one  +\n    | two\n  2 | three\n(2 rows)\n"
    snapshot = read(text, name="d.txt")
    assert [(line.line, line.kind) for line in snapshot.left_out] == [(6, "row count")]
    assert snapshot.rows == 2


def test_a_plus_that_no_line_goes_on_below_is_left_alone():
    names, rows = ["id", "note"], [["1", "C +"], ["2", "x"], ["3", "+"]]
    assert read_back(psql(names, rows)) == (names, rows)
