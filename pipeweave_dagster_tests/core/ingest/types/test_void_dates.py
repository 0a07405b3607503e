"""Zero dates and open ends are missing, and the other dates stay dates."""

import datetime as dt

import pytest

from pipeweave_dagster.core.ingest import read_aligned

pytestmark = pytest.mark.slow  # the file with all its variants

FORMS = {
    "iso": ("%Y-%m-%d", "9999-12-31", "0000-00-00"),
    "time": ("%Y-%m-%d %H:%M:%S", "9999-12-31 23:59:59", "0000-00-00 00:00:00"),
    "dots": ("%d.%m.%Y", "31.12.9999", "00.00.0000"),
    "american": ("%m/%d/%Y", "12/31/9999", "00/00/0000"),
    "named": ("%d-%b-%Y", "31-Dec-9999", "01/01/0001"),
    "compact": ("%Y%m%d", "99991231", "00000000"),
    "first year": ("%Y-%m-%d", "2999-12-31", "0001-01-01"),
}


def table(form, void, share, rows, mark=","):
    dates = [
        void if i % share else (dt.datetime(2021, 1, 1) + dt.timedelta(i)).strftime(FORMS[form][0])  # noqa: DTZ001
        for i in range(rows)
    ]
    return f"id{mark}valid_date\n" + "".join(f"{i}{mark}{d}\n" for i, d in enumerate(dates))


@pytest.mark.parametrize(("rows_", "mark"), [(5, ";"), (60, ","), (5000, "|")])
@pytest.mark.parametrize("form", FORMS)
def test_an_open_end_is_missing_among_dates(form, rows_, mark, read, rows):
    end = FORMS[form][1]
    snapshot = read(table(form, end, 2 if rows_ == 5 else 3, rows_, mark))
    column = snapshot.columns[1]
    assert column.type in {"date", "datetime"}
    assert "An open end and no date" in column.note
    assert end in column.note
    dates = [row["valid_date"] for row in rows()]
    assert str(dates[0]).startswith("2021-01-01")
    assert dates[1] is None
    assert snapshot.rows_quarantined == 0


@pytest.mark.parametrize("form", FORMS)
def test_a_zero_date_is_missing(form, read, rows):
    snapshot = read(table(form, FORMS[form][2], 2, 60))
    assert snapshot.columns[1].type in {"date", "datetime"}
    assert snapshot.columns[1].missing == 30
    assert FORMS[form][2] in snapshot.columns[1].note


def test_a_few_void_dates_among_many_quarantine_no_row(read):
    text = table("iso", "", 1, 3000).replace("2021-01-09", "0000-00-00")
    snapshot = read(text.replace("2021-02-09", "9999-12-31"))
    assert snapshot.rows_quarantined == 0
    assert snapshot.columns[1].type == "date"
    assert snapshot.columns[1].missing == 2


def test_void_dates_of_a_batch_are_missing_without_a_warning(read, rows, tmp_path):
    columns = read(table("iso", "9999-12-31", 3, 60)).columns
    (tmp_path / "batch").write_text("id,valid_date\n1,9999-12-31\n2,0000-00-00\n3,2022-02-03\n")
    snapshot = read_aligned(tmp_path / "batch", "b.csv", columns, tmp_path / "out")
    assert [row["valid_date"] for row in rows()] == [None, None, dt.date(2022, 2, 3)]
    assert snapshot.notes == []


def test_codes_of_zeros_are_no_dates(read, rows):
    codes = ["00000000", "00000123", "99991231"] * 10
    read("code,v\n" + "".join(f"{c},{i}\n" for i, c in enumerate(codes)))
    assert [row["code"] for row in rows()] == codes
