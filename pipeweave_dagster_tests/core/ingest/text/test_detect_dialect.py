"""Delimiters, quotes and fixed widths are detected."""

import pytest

PLAIN = "name,age,paid\nAnn,34,1.5\nBob,41,2.25\nCid,29,3.0\n"


@pytest.mark.parametrize("separator", [";", "\t", "|", ", "])
def test_other_separators(read, rows, separator):
    read(PLAIN.replace(",", separator))
    assert rows()[2] == {"name": "Cid", "age": 29, "paid": 3.0}


def test_blank_aligned(read, rows):
    read("  x   y  z\n  1.5   2  a\n 10.5  30  b\n  2.0   7  c\n")
    assert rows()[1] == {"x": 10.5, "y": 30, "z": "b"}


def test_fixed_width(read, rows):
    lines = [f"{i:04}{'  x y' if i % 3 else '  long'}   {i * 7:>6}  end {i % 2}" for i in range(40)]
    width = max(map(len, lines))
    snapshot = read("\n".join(line.ljust(width) for line in lines) + "\n")
    assert snapshot.dialect.delimiter.startswith("fixed width")
    assert rows()[3] == {
        "column_1": "0003",
        "column_2": "long",
        "column_3": 21,
        "column_4": "end 1",
    }


def test_single_quotes_behind_blanks(read, rows):
    text = "".join(f"{i}.5, icon, 'p{i}', '<b>no. {i}, \"red\"</b>'\n" for i in range(30))
    read(text)
    assert rows()[4] == {
        "column_1": 4.5,
        "column_2": "icon",
        "column_3": "p4",
        "column_4": '<b>no. 4, "red"</b>',
    }
