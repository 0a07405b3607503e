"""A quoted cell of any length is one cell, and a stray quote still swallows no row."""

import pytest

LINE = "some words of a letter, as people write"
LONG = {
    "longer than the head of the file": (f"{LINE}, " * 40 + "\n") * 900,
    "many short lines": f"{LINE}\n" * 4000,
    "lines without a delimiter": "words only\n" * 70_000,
    "doubled quotes": '"a", said she\n' * 3000,
    "blank lines": "words only\n\n\n" * 2500,
}


def quoted(text):
    return '"' + text.replace('"', '""') + '"'


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_a_cell_of_many_lines_is_one_cell(read, rows, text, delimiter):
    table = [["id", "doc", "n"], ["1", "first", "5"], ["2", quoted(text), "6"], ["3", "last", "7"]]
    content = "".join(delimiter.join(row) + "\n" for row in table)
    snapshot = read(content)
    assert [c.name for c in snapshot.columns] == ["id", "doc", "n"]
    assert [row["doc"] for row in rows()] == ["first", text.strip(), "last"]
    assert snapshot.rows_quarantined == 0


def test_a_long_cell_far_down_is_one_cell(read, rows):
    above = "".join(f"{i},x{i},{i}\n" for i in range(20_000))
    cell = quoted(f"{LINE}\n" * 5000)
    snapshot = read(f"id,doc,n\n{above}20000,{cell},0\n20001,y,1\n")
    assert (snapshot.rows, snapshot.rows_quarantined) == (20_002, 0)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_stray_quotes_far_apart_swallow_no_row(read, rows, delimiter):
    plain = [["k", "size", "n"], *([str(i), f"s{i % 7}", str(i)] for i in range(9000))]
    plain[20][1], plain[8000][1] = '"5 inches', '5 inches"'
    snapshot = read("\n".join(map(delimiter.join, plain)) + "\n")
    assert snapshot.rows + snapshot.rows_quarantined == 9000
    assert [row["n"] for row in rows()][-1] == 8999
