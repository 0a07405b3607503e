"""Delimiters, quotes and fixed widths are detected."""

import csv
import io

import pytest

from pipeweave_dagster.core.ingest.text.detect_dialect import choose_dialect
from pipeweave_dagster.core.ingest.text.other_dialect import doubt_of_delimiter

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


def test_the_best_other_delimiter_is_kept_with_its_distance():
    clear = "id,price\n" + "".join(f"{i},{i * 1.5}\n" for i in range(40))
    dialect, other = choose_dialect(clear)
    assert dialect.delimiter == ","
    assert other is not None
    assert other.setting == {"delimiter": "none"}
    assert other.bits > 1
    assert doubt_of_delimiter(dialect, other) is None


@pytest.mark.parametrize("delimiters", [",|", ";|", ",;"])
def test_two_delimiters_that_divide_alike_are_a_doubt_with_its_setting(read, delimiters):
    a, b = delimiters
    row = f"p{{i}}{a}q{{i}}{b}r{{i}}\n"
    snapshot = read(f"one{a}two{b}three\n" + "".join(row.format(i=i) for i in range(30)))
    other = snapshot.dialect.other_readings[0]
    assert other.bits < 0.1
    assert other.setting["delimiter"] in {"tab", *delimiters} - {snapshot.dialect.delimiter}
    assert f"set read: {{delimiter: {other.setting['delimiter']}" in (
        (snapshot.dialect.doubt or "").replace("'", "")
    )


def test_the_other_layout_is_kept_with_its_bits(read):
    snapshot = read("name,town\nAnn,Ulm\nBob,Bonn\nCy,Rome\n")
    layouts = [o for o in snapshot.dialect.other_readings if "header" in o.setting]
    assert layouts[0].setting == {"skip": 0, "header": 0}
    assert layouts[0].bits > -2


@pytest.mark.parametrize("value", ['{}"', "5' {}\"", 'Tom "{}"', '"{}" Tom, x', '"{}', '{}""'])
@pytest.mark.parametrize(("delimiter", "quoting"), [(",", csv.QUOTE_MINIMAL), (";", csv.QUOTE_ALL)])
def test_quotes_at_one_end_of_every_value_come_back(read, rows, value, delimiter, quoting):
    table = [["id", "size", "at"], *([i, value.format(i), f"10:{i:02}"] for i in range(10, 40))]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=quoting).writerows(table)
    assert read(text.getvalue()).rows == 30
    wanted = [i if value == '{}"' else value.format(i) for i in range(10, 40)]  # inches
    assert [row["size"] for row in rows()] == wanted


@pytest.mark.parametrize("value", ["{},- \u20ac", "{} x"])
def test_tabs_that_the_header_has_too_win_over_blanks(read, rows, value):
    read("id\tx\n" + "".join(f"{i}\t{value.format(i)}\n" for i in range(1, 30)))
    assert rows()[0].keys() == {"id", "x"}
    assert [row["id"] for row in rows()] == list(range(1, 30))


@pytest.mark.parametrize(
    "first", ["https://x.org/a?b={0}&c=1|2", "u{0}@x.org", "2023-01-02 10:00:00"]
)
@pytest.mark.parametrize("rest", ["", "150 cm"])
def test_addresses_and_times_before_a_comma_are_cells(first, rest, read, rows):
    body = "".join(f"{first.format(i)},{rest},2000M0{i % 9 + 1}\n" for i in range(20))
    assert read(f"a,b,c\n{body}").rows == 20
    assert [*rows()[0]] == (["a", "b", "c"])
