"""Day and month are resolved by evidence or by the user, never by a guess."""

import datetime as dt

import pytest

from pipeweave_dagster.core.errors import PipeWeaveError


def test_day_and_month(read, rows):
    def days(order):
        return [
            f"{d:02}/{m:02}/2004" if order == "dm" else f"{m:02}/{d:02}/2004"
            for m in range(1, 13)
            for d in (3, 11, 25)
        ]

    snapshot = read("when,n\n" + "".join(f"{d},1\n" for d in days("dm")))
    assert snapshot.columns[0].format == "%d/%m/%Y"
    assert rows()[2]["when"] == dt.date(2004, 1, 25)


def test_ambiguous_dates_stay_text_and_name_the_setting(read):
    snapshot = read("when,n\n" + "".join(f"0{d}/0{9 - d}/2004,1\n" for d in (5, 1, 7, 2, 8, 3, 6)))
    assert snapshot.columns[0].type == "text"
    assert "Ambiguous date" in snapshot.columns[0].note


def test_a_setting_resolves_an_ambiguous_date(read, rows):
    text = "when,n\n" + "".join(f"0{d}/0{9 - d}/2004,1\n" for d in (5, 1, 7, 2, 8, 3, 6))
    snapshot = read(text, columns={"when": "date:%d/%m/%Y"})
    assert snapshot.columns[0].type == "date"
    assert rows()[0]["when"] == dt.date(2004, 4, 5)
    with pytest.raises(PipeWeaveError, match="Unknown type"):
        read(text, columns={"when": "date:%Q"})
    unfit = read(text + "x,1\ny,1\nz,1\n", columns={"when": "date:%d/%m/%Y"})
    assert unfit.columns[0].type == "text"
    assert "Not every value matches" in unfit.columns[0].note


MONTHS = [(year, month) for year in (1957, 1958) for month in range(1, 13)]


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ([f"{m}/1/{y}" for y, m in MONTHS], "%m/%d/%Y"),
        ([f"1/{m}/{y}" for y, m in MONTHS], "%d/%m/%Y"),
        ([f"{m:02}/01/{y}" for y, m in MONTHS if m % 3 == 1], "%m/%d/%Y"),
        ([f"{m}/1/{y}" for y, m in MONTHS for _ in range(3)], "%m/%d/%Y"),  # three shops a month
        ([f"{m}/1/{y}" for y, m in reversed(MONTHS)], "%m/%d/%Y"),
        ([f"{m}/1/{y}" for y, m in sorted(MONTHS, key=lambda p: p[1])], "%m/%d/%Y"),
        ([f"{d}/{m}/2021" for m, d in ((1, 5), (1, 12), (2, 2), (2, 9), (3, 2), (4, 6))], None),
        ([f"{m}/1/1957" for m in range(1, 13)], None),  # or the first twelve days of January
    ],
)  # fmt: skip
def test_equal_steps_prove_the_order(read, dates, expected):
    column = read("when,n\n" + "".join(f"{d},1\n" for d in dates)).columns[0]
    if expected is None:
        assert column.type == "text" or "sorted" in (column.note or "")
    else:
        assert (column.type, column.format) == ("date", expected)
        assert "interchangeable" in (column.note or "")


def _at(text):
    return dt.datetime.fromisoformat(text)


START = _at("2024-03-04")
DATES = ["%m/%d/%Y", "%d-%m-%y"]


def _times(minutes, count, *, start=START, without=()):
    return [start + dt.timedelta(minutes=minutes * i) for i in range(count) if i not in without]


def _irregular(count):
    """Return times of a log that goes on for days, with steps of a few minutes to three hours."""
    steps = [7, 95, 180, 12, 61, 33, 150, 4]
    return [
        START + dt.timedelta(minutes=sum(steps) * (i // 8) + sum(steps[: i % 8]))
        for i in range(count)
    ]


def _table(times, formats):
    """Return a table with the times in a column per format."""
    rows = (",".join(time.strftime(f) for f in formats) + ",1\n" for time in times)
    return ",".join(f"t{i}" for i in range(len(formats))) + ",n\n" + "".join(rows)


@pytest.mark.parametrize(
    ("times", "clock"),
    [
        (_times(720, 6), "%H:%M"),
        (_times(60, 80), "%I:%M %p"),
        (_times(15, 90, start=_at("2024-05-02 06:00")), "%H:%M:%S"),
        (_times(1 / 12, 150, start=_at("2024-04-03 23:50")), "%H:%M:%S"),
        (_times(60, 100, without={17, 40, 41}), "%H:%M"),
        (_irregular(100), "%H:%M"),
    ],
)  # fmt: skip
def test_times_of_a_log_prove_the_order(read, rows, times, clock):
    formats = [f"{date} {clock}" for date in DATES] + ["%d/%m/%Y %H:%M:%S+00"]
    columns = read(_table(times, formats)).columns[:-1]
    assert [c.format.split(",")[0] for c in columns[: len(DATES)]] == formats[: len(DATES)]
    assert all("by which the times" in column.note for column in columns)
    assert {tuple(row.values())[:-1] for row in rows()} == {
        (time,) * len(formats) for time in times
    }


OPEN = range(8, 20)
UNPROVEN = [
    [START + dt.timedelta(hours=h) for h in range(20)],  # a single day
    [START + dt.timedelta(days=d, hours=h) for d in range(5) for h in OPEN],  # nights without
    _times(60, 120, without=range(70, 99)),  # a day without
    [START + dt.timedelta(days=d) for d in range(9)],
    [START + dt.timedelta(days=d) for d in (0, 1, 2, 3, 4, 7, 8)],  # working days
    [START + dt.timedelta(days=d, hours=h) for d in (0, 1, 2, 3, 4, 7, 8) for h in OPEN],
]


@pytest.mark.parametrize("times", UNPROVEN)
def test_an_order_that_nothing_proves_stays_text(read, times):
    formats = ["%m/%d/%Y", "%d/%m/%Y %H:%M", "%m-%d-%y %I:%M %p"]
    columns = read(_table(times, formats)).columns[:-1]
    assert {column.type for column in columns} == {"text"}
    assert all("Ambiguous date" in column.note for column in columns)


def test_months_over_years_may_have_gaps(read):
    months = [(y, m) for y, m in MONTHS if (y, m) not in {(1957, 4), (1958, 9)}]
    for date in ("{m}/1/{y}", "{m}/1/{y} 08:{m:02}"):
        column = read("when,n\n" + "".join(f"{date.format(y=y, m=m)},1\n" for y, m in months))
        assert "%m/%d/%Y" in column.columns[0].format
