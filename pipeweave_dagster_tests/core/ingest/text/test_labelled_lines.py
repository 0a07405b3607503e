"""Time series with lines above them that tell title, code, unit and source of each."""

import datetime as dt

import pytest

SERIES = {
    "ONS": [
        ("Title", "GDP: chained volume £m", "CPIH ANNUAL RATE 00: ALL ITEMS 2015=100"),
        ("CDID", "ABMI", "L55O"),
        ("Source dataset ID", "UKEA", "MM23"),
        ("PreUnit", "£", ""),
        ("Unit", "m", "%"),
        ("Release date", "13-11-2026", "19-11-2026"),
        ("Next release", "22 December 2026", "17 December 2026"),
        ("Important Notes", "", ""),
    ],
    "a reserve bank": [
        ("F1 INTEREST RATES AND YIELDS", "", ""),
        ("Title", "Cash Rate Target", "Interbank Rate"),
        ("Description", "Cash Rate Target; monthly average", "Interbank Rate; average"),
        ("Frequency", "Monthly", "Monthly"),
        ("", "", ""),
        ("Publication date", "01-Dec-2026", "01-Dec-2026"),
        ("Series ID", "FIRMMCRT", "FIRMMCRI"),
    ],
    "a central bank": [
        ("", "BBK01.SU0202", "BBK01.SU0203"),
        ("", "Bestand", "Bestand"),
        ("Einheit", "% p.a.", "% p.a."),
        ("Dimension", "Eins", "Tausend"),
        ("Stand vom", "01.12.2026", "01.12.2026"),
    ],
    "units last": [
        ("Data Source: null", "", ""),
        ("", "BSI.M.U2.A", "BSI.M.U2.B"),
        ("Collection:", "End of period (E)", "End of period (E)"),
        ("Factor:", "1000", "1"),
        (r"Period\Unit:", "[Millions of Euro]", "[Millions of Euro]"),
    ],
}
NAMES = {"ONS": 0, "a reserve bank": 1, "a central bank": 0, "units last": 1}
PERIODS = {
    "years": [f"{1960 + i}" for i in range(60)],
    "months": [f"{1990 + i // 12}-{i % 12 + 1:02}" for i in range(60)],
    "month names": [f"{1990 + i // 3} {['JAN', 'FEB', 'MAR'][i % 3]}" for i in range(60)],
    "quarters": [f"{1990 + i // 4} Q{i % 4 + 1}" for i in range(60)],
    "days": [f"{dt.date(2020, 1, 1) + dt.timedelta(30 * i):%d/%m/%Y}" for i in range(60)],
    "years, then quarters": [
        *(f"{1990 + i}" for i in range(20)),
        *(f"{1990 + i // 4} Q{i % 4 + 1}" for i in range(40)),
    ],
}


def written(head, periods, delimiter=",", series=2):
    rows = [(period, f"{i * 1.5:.1f}", "" if i % 9 == 4 else f"{i * 7}") for i, period in periods]
    lines = [*head, *rows]
    quoted = ([f'"{cell}"' for cell in line[: 1 + series]] for line in lines)
    return "\n".join(map(delimiter.join, quoted)) + "\n"


@pytest.mark.pairwise
@pytest.mark.parametrize("periods", PERIODS)
@pytest.mark.parametrize("office", SERIES)
@pytest.mark.parametrize(("delimiter", "series"), [(",", 2), (";", 2), (",", 1)])
def test_the_line_that_tells_the_series_apart_names_them(office, periods, delimiter, series, read):
    head = SERIES[office]
    text = written(head, enumerate(PERIODS[periods]), delimiter, series)
    snapshot = read(text)
    names = [*head[NAMES[office]][: 1 + series]]
    assert [c.original_name for c in snapshot.columns] == names
    assert snapshot.rows == 60
    assert all(c.type in {"integer", "number"} for c in snapshot.columns[1:])
    filled = sum(any(line) for line in head)
    assert len(snapshot.left_out) >= filled - 1


def test_later_files_with_the_same_names_are_read_alike(read):
    head = SERIES["ONS"]
    months = PERIODS["month names"]
    first = read(written(head, enumerate(months)), name="a.csv")
    again = read(
        written(head, enumerate(months[:30])), written(head, enumerate(months[30:])), name="b.csv"
    )
    assert (again.rows, [c.type for c in again.columns]) == (
        first.rows,
        [c.type for c in first.columns],
    )


@pytest.mark.parametrize(
    "head",
    [
        [("Year", "Revenue", "Profit"), ("Total", "9000", "800"), ("Mean", "300", "40"),
         ("Median", "290", "39")],
        [("Year", "Revenue", "Profit"), ("plan", "9000", "800"), ("goal", "much", "40")],
    ],
)  # fmt: skip
def test_rows_with_numbers_below_the_names_stay_rows(head, read):
    snapshot = read(written(head, enumerate(PERIODS["years"])))
    assert [c.original_name for c in snapshot.columns] == ["Year", "Revenue", "Profit"]
    assert snapshot.rows == 60 + len(head) - 1


def test_few_names_above_periods_are_an_ordinary_header(read):
    snapshot = read(written([("day", "load", "price")], enumerate(PERIODS["days"])))
    assert (snapshot.rows, snapshot.left_out) == (60, [])
