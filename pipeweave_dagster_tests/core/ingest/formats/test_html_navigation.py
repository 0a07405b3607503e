"""Calendars and lists of links are no tables of data; pages in UTF-16 need no byte order mark."""

import calendar

import pytest

from pipeweave_dagster.core.errors import PipeWeaveError


def table(rows, head="td"):
    lines = [[(head if not i else "td", c) for c in row] for i, row in enumerate(rows)]
    cells = ("".join(f"<{tag}>{text}</{tag}>" for tag, text in line) for line in lines)
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


def page(*tables):
    body = "<p>a</p>".join(tables)
    return f"<html><head><title>Report \u00e9</title></head><body>{body}</body></html>"


def month(year, number, names, show=str, first=0):
    weeks = calendar.Calendar(first).monthdayscalendar(year, number)
    return [*names, *([show(day) if day else "" for day in week] for week in weeks)]


def link(day):
    return f"<a href='/{day}'>{day}</a>"


WEEKDAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
MAY = month(2024, 5, [WEEKDAYS])
WHOLE = [[d.day for d in w] for w in calendar.Calendar().monthdatescalendar(2024, 5)]
DATA = table([["name", "size"], *([f"n{i}", i * 3] for i in range(8))], "th")
NAVIGATION = {
    "calendar": table(MAY, "th"),
    "without names": table(MAY[1:]),
    "with links": table(month(2023, 2, [WEEKDAYS], link), "th"),
    "with a title": table(month(2024, 9, [["Sep 2024"], WEEKDAYS], first=6)),
    "with weeks": table([["KW", *WEEKDAYS], *([18 + i, *w] for i, w in enumerate(MAY[1:]))], "th"),
    "with other months": table([WEEKDAYS, *WHOLE]),
    "with events": table(month(2024, 5, [WEEKDAYS], lambda d: f"{d}<br>free"), "th"),
    "links": table([[link(f"page {i}"), link(f"also {i}")] for i in range(15)]),
    "a menu": table([[link(f"page {i}") for i in range(9)]] * 2),
}


@pytest.mark.parametrize("kind", NAVIGATION)
def test_a_table_of_data_is_read_beside_navigation_which_alone_is_refused(kind, read, rows):
    for parts in ([NAVIGATION[kind], DATA], [DATA, NAVIGATION[kind]]):
        assert [c.name for c in read(page(*parts), name="a.html").columns] == ["name", "size"]
    with pytest.raises(PipeWeaveError, match="does not look like data"):
        read(page(NAVIGATION[kind]), name="a.html")


LIKE_IT = {
    "a roster": table([["name", *WEEKDAYS], *([f"n{i}", *range(i, i + 7)] for i in range(6))]),
    "temperatures": table(
        [WEEKDAYS, *([10 + (i * 7 + j * 3) % 9 for j in range(7)] for i in range(6))]
    ),
    "numbers from 1": table(
        [["a", "b", "c"], *([3 * i + j for j in range(1, 4)] for i in range(10))]
    ),
    "links below names": table(
        [["Title", "Author"], *([link(i), link(i % 3)] for i in range(9))], "th"
    ),
    "links and texts": table([[link(f"page {i}"), f"about {i}", i * 7] for i in range(15)]),
}


@pytest.mark.parametrize("kind", LIKE_IT)
def test_tables_like_them_are_data(kind, read):
    assert read(page(LIKE_IT[kind]), name="a.html").rows >= 6


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16"])
@pytest.mark.parametrize("name", ["a.html", "a.xls"])
def test_pages_in_utf_16_need_no_mark(encoding, name, read, rows):
    snapshot = read(("\n" + page(DATA)).encode(encoding), name=name)
    assert (snapshot.dialect.format, snapshot.dialect.encoding) == ("html", encoding)
    assert rows()[1] == {"name": "n1", "size": 3}
