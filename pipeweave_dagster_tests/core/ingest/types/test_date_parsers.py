"""Every form of date is read as the date that a person reads, whoever wrote it."""

import datetime as dt
import json
import re
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from pipeweave_dagster.core.documents import RawFile, RawUpload
from pipeweave_dagster.core.ingest import ingest
from pipeweave_dagster.core.ingest.types.date_parsers import (
    DATES,
    DATETIMES,
    TIMES,
    possible_dates,
)

pytestmark = pytest.mark.slow  # the file with all its variants

GERMAN = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
FRENCH = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
SHORT_GERMAN = "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez."
SHORT_FRENCH = "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc."
DAYS = [dt.date(2021, 1, 1) + dt.timedelta(37 * i) for i in range(60)]


def named(names, form="{d}. {m} {y}"):
    words = names.split()
    return [form.format(d=d.day, m=words[d.month - 1], y=d.year) for d in DAYS]


def firsts(months):
    return [dt.date(d.year, (d.month - 1) // months * months + 1, 1) for d in DAYS]


MONDAYS = [d - dt.timedelta(d.weekday()) for d in DAYS]
DATE_FORMS = {
    "German": (named(GERMAN), DAYS),
    "German, abbreviated": (named(SHORT_GERMAN), DAYS),
    "German, capitals": (named(GERMAN.upper(), "{d} {m} {y}"), DAYS),
    "French": (named(FRENCH, "{d} {m} {y}"), DAYS),
    "French, abbreviated": (named(SHORT_FRENCH, "{d} {m} {y}"), DAYS),
    "French, first": (named(FRENCH, "{d}er {m} {y}"), DAYS),
    "English, with points": ([f"{d:%b}. {d.day}, {d.year}" for d in DAYS], DAYS),
    "English, ordinals": ([f"{d:%B} {d.day}th, {d.year}" for d in DAYS], DAYS),
    "weekday": ([f"{d:%A}, {d:%d %B %Y}" for d in DAYS], DAYS),
    "Japanese": ([f"{d.year}年{d.month}月{d.day}日" for d in DAYS], DAYS),
    "German month": (named(GERMAN, "{m} {y}"), firsts(1)),
    "month": ([f"{d:%Y-%m}" for d in DAYS], firsts(1)),
    "month, slash": ([f"{d:%m/%Y}" for d in DAYS], firsts(1)),
    "month, Eurostat": ([f"{d:%Y}M{d:%m}" for d in DAYS], firsts(1)),
    "month, short": ([f"{d:%b %Y}" for d in DAYS], firsts(1)),
    "quarter": ([f"{d.year}Q{(d.month + 2) // 3}" for d in DAYS], firsts(3)),
    "quarter, dash": ([f"{d.year}-Q{(d.month + 2) // 3}" for d in DAYS], firsts(3)),
    "quarter first": ([f"Q{(d.month + 2) // 3} {d.year}" for d in DAYS], firsts(3)),
    "quarter, French": ([f"T{(d.month + 2) // 3} {d.year}" for d in DAYS], firsts(3)),
    "half": ([f"{d.year}H{(d.month + 5) // 6}" for d in DAYS], firsts(6)),
    "week": ([f"{d:%G-W%V}" for d in DAYS], MONDAYS),
    "week, compact": ([f"{d:%GW%V}" for d in DAYS], MONDAYS),
    "German, weekday": (
        [
            f"{['Mo', 'Di', 'Mi', 'Do', 'Fr', 'Sa', 'So'][d.weekday()]}, {t}"
            for d, t in zip(DAYS, named(GERMAN), strict=True)
        ],
        DAYS,
    ),
    "French, weekday": ([f"jeudi {t}" for t in named(FRENCH, "{d} {m} {y}")], DAYS),
    "German, short year": ([f"{x[:-4]}{x[-2:]}" for x in named(SHORT_GERMAN)], DAYS),
    "German month, short year": (
        [f"{x[:-5]}-{x[-2:]}" for x in named(GERMAN, "{m} {y}")],
        firsts(1),
    ),
    "quarter, short year": ([f"Q{(d.month + 2) // 3}/{d:%y}" for d in DAYS], firsts(3)),
    "quarter, German": ([f"{(d.month + 2) // 3}. Quartal {d.year}" for d in DAYS], firsts(3)),
    "month, point": ([f"{d:%Y.%m}" for d in DAYS], firsts(1)),
    "month, German point": ([f"{d:%m.%Y}" for d in DAYS], firsts(1)),
    "week, German": ([f"KW {int(d.strftime('%V'))}/{d:%G}" for d in DAYS], MONDAYS),
    "week, words": ([f"Week {int(d.strftime('%V'))}, {d:%G}" for d in DAYS], MONDAYS),
    "day of a week": ([f"{d:%G-W%V-%u}" for d in DAYS], DAYS),
}
HOURS = [dt.datetime(2023, 1, 1) + dt.timedelta(hours=37 * i, seconds=i) for i in range(60)]  # noqa: DTZ001
UTC = [t.replace(tzinfo=dt.UTC) for t in HOURS]
TOKYO = [t.astimezone(dt.timezone(dt.timedelta(hours=9))) for t in UTC]
DAY = [dt.datetime(2023, 1, 1, h) for h in range(24)]  # noqa: DTZ001
MIDNIGHTS = [dt.datetime(2023, 12, 20) + dt.timedelta(hours=6 * i) for i in range(60)]  # noqa: DTZ001


def _to_24(form, time):
    """Midnight as the end of the day before."""
    if time.hour:
        return form.format(time)
    return re.sub("([ T])23:", r"\g<1>24:", form.format(time - dt.timedelta(hours=1)))


TIME_FORMS = {
    "JavaScript": ([f"{t.month}/{t.day}/{t.year}, {t:%I:%M:%S %p}" for t in HOURS], HOURS),
    "JavaScript, narrow space": (
        [f"{t.month}/{t.day}/{t.year}, {t:%I:%M:%S}\u202f{t:%p}" for t in HOURS],
        HOURS,
    ),
    "JavaScript, string": (
        [f"{t:%a %b %d %Y %H:%M:%S} GMT+0900 (JST)" for t in TOKYO],
        HOURS,
    ),
    "afternoon": ([f"{t:%Y-%m-%d %I:%M:%S} {'ap'[t.hour > 11]}.m." for t in HOURS], HOURS),
    "Python's log": ([f"{t:%Y-%m-%d %H:%M:%S},000" for t in HOURS], HOURS),
    "basic": ([f"{t:%Y%m%dT%H%M%S}" for t in HOURS], HOURS),
    "basic, UTC": ([f"{t:%Y%m%dT%H%M%S}Z" for t in HOURS], HOURS),
    "German, hours": (
        [f"{t.day}. {GERMAN.split()[t.month - 1]} {t.year}, {t:%H:%M:%S} Uhr" for t in HOURS],
        HOURS,
    ),
    "British": ([f"{t:%d/%m/%Y, %H:%M:%S}" for t in HOURS], HOURS),
    "German, comma": ([f"{t.day}.{t.month}.{t.year}, {t:%H:%M:%S}" for t in HOURS], HOURS),
    "nine digits": ([f"{t:%Y-%m-%dT%H:%M:%S}.000000000Z" for t in HOURS], HOURS),
    "seven digits": ([f"{t:%Y-%m-%d %H:%M:%S}.0000000" for t in HOURS], HOURS),
    "RFC 2822": ([format_datetime(t) for t in UTC], HOURS),
    "RFC 2822, Tokyo": ([format_datetime(t) for t in TOKYO], HOURS),
    "HTTP": ([f"{t:%a, %d %b %Y %H:%M:%S} GMT" for t in HOURS], HOURS),
    "log": ([f"{t:%d/%b/%Y:%H:%M:%S} +0000" for t in HOURS], HOURS),
    "asctime": ([t.ctime() for t in HOURS], HOURS),
    "with UTC": ([f"{t:%Y-%m-%d %H:%M:%S} UTC" for t in HOURS], HOURS),
    "zone by name": ([f"{t - dt.timedelta(hours=5):%Y-%m-%d %H:%M:%S} EST" for t in HOURS], HOURS),
    "German zone": (
        [f"{t + dt.timedelta(hours=1):%d.%m.%Y %H:%M} MEZ" for t in HOURS],
        [t.replace(second=0) for t in HOURS],
    ),
    "compact": ([f"{t:%Y%m%d%H%M%S}" for t in HOURS], HOURS),
    "Google Forms": (
        [f"{t + dt.timedelta(hours=1):%Y/%m/%d %I:%M:%S %p} GMT+1" for t in HOURS],
        HOURS,
    ),
    "Jira": ([f"{t:%d/%b/%y %I:%M %p}" for t in HOURS], [t.replace(second=0) for t in HOURS]),
    "command date": ([f"{t:%a %b %d %H:%M:%S} JST {t:%Y}" for t in TOKYO], HOURS),
    "tweet": ([f"{t:%a %b %d %H:%M:%S} +0000 {t:%Y}" for t in HOURS], HOURS),
    "log in brackets": ([f"[{t:%d/%b/%Y:%H:%M:%S} +0000]" for t in HOURS], HOURS),
    "SAS": ([f"{t:%d%b%Y:%H:%M:%S}".upper() for t in HOURS], HOURS),
    "Oracle": ([f"{t:%d-%b-%y %I.%M.%S}.000000 {t:%p}".upper() for t in HOURS], HOURS),
    "DB2": ([f"{t:%Y-%m-%d-%H.%M.%S}.000000" for t in HOURS], HOURS),
    "hours to 24": (
        [_to_24("{:%Y-%m-%d %H:%M}", t) for t in MIDNIGHTS],
        MIDNIGHTS,
    ),
    "hours to 24, German": ([_to_24("{:%d.%m.%Y %H:%M:%S}", t) for t in MIDNIGHTS], MIDNIGHTS),
    "hours to 24, T": ([_to_24("{:%Y-%m-%dT%H:%M}", t) for t in MIDNIGHTS], MIDNIGHTS),
}


ALL_FORMS = DATE_FORMS | TIME_FORMS
AS_NUMBERS = {"compact", "month, point", "month, German point"}
IN_CSV = sorted({*ALL_FORMS} - {"asctime"})
IN_JSON = sorted({*ALL_FORMS} - AS_NUMBERS)


def read_together(folder, text, name):
    """The column and the cells of each form, from one file with a column for each form."""
    path, out = folder / "upload", folder / "out"
    path.write_text(text, encoding="utf-8")
    out.mkdir()
    raw = RawFile(name=name, sha256="0", size_bytes=path.stat().st_size)
    snapshot = ingest(RawUpload(dataset="d", files=[raw]), [path], out)
    table = parquet.read_table(out / "data.parquet")
    return {c.original_name: (c, table[c.name].to_pylist()) for c in snapshot.columns}


@pytest.fixture(scope="module", params=[(";", 1), ("\t", 20)], ids=["few", "many"])
def in_csv(request, tmp_path_factory):
    mark, repeat = request.param
    lines = zip(*([form, *ALL_FORMS[form][0] * repeat] for form in IN_CSV), strict=True)
    text = "".join(mark.join(f'"{cell}"' for cell in line) + "\n" for line in lines)
    return read_together(tmp_path_factory.mktemp("csv"), text, "a.csv")


@pytest.mark.parametrize("form", IN_CSV)
def test_a_date_is_read(form, in_csv):
    column, cells = in_csv[form]
    assert column.type == ("date" if form in DATE_FORMS else "datetime"), column
    assert cells[:60] == ALL_FORMS[form][1]


@pytest.mark.parametrize("form", ["German", "JavaScript, narrow space", "compact", "month, point"])
def test_a_date_that_is_all_there_is_is_read(form, read, rows):
    texts, wanted = ALL_FORMS[form]
    snapshot = read("id;when\n" + "".join(f'{i};"{t}"\n' for i, t in enumerate(texts)))
    assert snapshot.columns[1].type == ("date" if form in DATE_FORMS else "datetime")
    assert [row["when"] for row in rows()] == wanted


@pytest.fixture(scope="module")
def in_json(tmp_path_factory):
    columns = {form: [*ALL_FORMS[form][0] * 20, "n/a", "n/a", "x", ""] for form in IN_JSON}
    lines = zip(*columns.values(), strict=True)
    records = [dict(zip(columns, line, strict=True)) | {"v": i} for i, line in enumerate(lines)]
    return read_together(tmp_path_factory.mktemp("json"), json.dumps(records), "a.json")


@pytest.mark.parametrize("form", IN_JSON)
def test_null_tokens_and_damaged_cells_among_dates_end_no_query(form, in_json):
    column, cells = in_json[form]
    assert column.type in {"date", "datetime"}
    assert cells[:60] == ALL_FORMS[form][1]
    assert "'n/a' (2)" in column.note


@pytest.mark.parametrize("form", ["month", "quarter", "week", "German", "asctime"])
@pytest.mark.parametrize("rows_", [4, 60])
def test_few_dates_with_missing_cells_from_json(form, rows_, read, rows):
    texts, wanted = (DATE_FORMS | TIME_FORMS)[form]
    records = [{"when": t if i % 3 else None, "v": i} for i, t in enumerate(texts[:rows_])]
    read(json.dumps(records), name="a.json")
    assert [r["when"] for r in rows()] == [
        d if i % 3 else None for i, d in enumerate(wanted[:rows_])
    ]


@pytest.mark.parametrize("form", ["{:%d.%m.%Y}", "{:%d.%m.%y}"])
def test_dates_in_two_forms_that_share_no_value_are_dates(form, read, rows):
    texts = [form.format(d) if i % 3 else d.isoformat() for i, d in enumerate(DAYS)]
    snapshot = read("day;v\n" + "".join(f"{t};{i}\n" for i, t in enumerate(texts)))
    if "%Y" in form:
        assert [row["day"] for row in rows()] == DAYS
        assert "two forms" in snapshot.columns[0].note
    else:
        assert snapshot.columns[0].type == "text"


def test_dates_that_a_spreadsheet_may_have_swapped_stay_texts(read):
    texts = [f"{d:%d/%m/%Y}" if d.day > 12 else d.isoformat() for d in DAYS]
    snapshot = read("day;v\n" + "".join(f"{t};{i}\n" for i, t in enumerate(texts)))
    assert snapshot.columns[0].type == "text"


def test_a_late_24_00_moves_no_row_to_quarantine(read, rows):
    times = [t + dt.timedelta(days=i) for i in range(9000 // 24) for t in DAY]
    body = "".join(f"{t:%Y-%m-%d %H:%M},{i}\n" for i, t in enumerate(times))
    snapshot = read(f"t,v\n{body}2030-12-31 24:00,1\n")
    assert (snapshot.columns[0].type, snapshot.rows_quarantined) == ("datetime", 0)
    assert rows()[-1]["t"] == dt.datetime(2031, 1, 1)  # noqa: DTZ001


def test_a_week_53_that_a_year_does_not_have_is_no_date(read, rows):
    weeks = ["2011-W53", "2011-W05", "2012-W51"] * 4
    read("week;v\n" + "".join(f"{w};{i}\n" for i, w in enumerate(weeks)))
    assert [row["week"] for row in rows()] == weeks


def test_periods_have_a_note(read):
    snapshot = read("q;v\n" + "".join(f"{t};1\n" for t in DATE_FORMS["quarter"][0]))
    assert snapshot.columns[0].note == "Quarters are stored as their first day."


def test_nanoseconds_are_cut_with_a_note(read, rows):
    texts = [f"{t:%Y-%m-%dT%H:%M:%S}.12345678{i % 2 * 9}" for i, t in enumerate(HOURS)]
    snapshot = read("t,v\n" + "".join(f"{t},{i}\n" for i, t in enumerate(texts)))
    assert rows()[1]["t"] == HOURS[1].replace(microsecond=123456)
    assert "60 times cut to microseconds" in snapshot.columns[0].note


@pytest.mark.parametrize("second", ["{}Z", "{}+09:00"])
def test_times_with_and_without_a_zone_are_reported(second, read):
    texts = [
        (second if i % 2 else "{}").format(t.isoformat(timespec="seconds"))
        for i, t in enumerate(HOURS)
    ]
    snapshot = read("t,v\n" + "".join(f"{t},{i}\n" for i, t in enumerate(texts)))
    assert snapshot.columns[0].type == "datetime"
    assert "Doubtful: some times have a zone" in snapshot.columns[0].note


ALL = [*DATES, *DATETIMES, *TIMES]


@given(st.sampled_from(ALL), st.data())
@settings(max_examples=300, deadline=None)
def test_the_search_by_separators_misses_no_parser(parser, data):
    text = data.draw(st.from_regex(parser.pattern.replace("(?i:", "(?:"), fullmatch=True))
    assert not parser.matches(text) or len(text) > 60 or parser in possible_dates([text])
