"""Fields of fixed width: logs that begin with a timestamp, room for numbers, sentences."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeweave_dagster.core.ingest.text.detect_dialect import choose_dialect
from pipeweave_dagster.core.ingest.text.fixed_width import fixed_width
from pipeweave_dagster.core.ingest.text.other_dialect import doubt_of_delimiter

LEVELS, HOSTS = ("INFO", "ERROR", "WARN"), ("db-2", "web-01", "web-02", "db-1")
TEXTS = ("user 17 logged in", "disk is full", "connection reset by peer")


def log(row, count=24, header="", form="%Y-%m-%d %H:%M:%S"):
    start = datetime(2024, 5, 1, tzinfo=UTC)
    rows = [
        row.format(
            t=(start + timedelta(seconds=i * 37_037)).strftime(form),
            level=LEVELS[i % 3],
            host=HOSTS[i % 4],
            n=i * 137,
            text=TEXTS[i % 3],
        )
        for i in range(count)
    ]
    return "\n".join([*([header] if header else []), *rows, ""])


ROW = "{t}  {level:<5}  {host:<8}{n:>8}"
NAMES = f"{'TIME':<19}  LEVEL  {'HOST':<8}{'MS':>8}"
LOGS = {
    "no header": log(ROW),
    "header": log(ROW, header=NAMES),
    "not padded at the end": log("{t}  {level:<5}  {host:<8}  {n}"),
    "minutes": log(ROW, form="%Y-%m-%d %H:%M"),
    "fractions": log(ROW, form="%Y-%m-%d %H:%M:%S.%f"),
    "days first": log(ROW, form="%d.%m.%Y %H:%M:%S"),
    "one field has spaces": log("{t}  {host:<8}{n:>8}  {text}"),
}


@pytest.mark.parametrize("text", LOGS.values(), ids=LOGS)
def test_a_log_that_begins_with_a_timestamp_is_divided_behind_it(text):
    dialect, other = choose_dialect(text)
    assert len(dialect.field_starts) == 4
    assert doubt_of_delimiter(dialect, other) is None


def test_a_log_comes_back(read, rows):
    read(LOGS["header"], name="t.log")
    assert rows()[1] == {
        "TIME": datetime(2024, 5, 1, 10, 17, 17, tzinfo=UTC).replace(tzinfo=None),
        "LEVEL": "ERROR",
        "HOST": "web-01",
        "MS": 137,
    }


def test_a_date_and_a_time_with_names_of_their_own_stay_apart():
    head = f"{'DATE':<11}{'TIME':<10}{'LEVEL':<7}{'HOST':<8}{'MS':>8}"
    dialect, _ = choose_dialect(log(ROW, header=head))
    assert dialect.whitespace or len(dialect.field_starts) == 5


ONE_COLUMN = {
    "sentences": log("{t} {level} {text}"),
    "sentences with colons": log("{t} {level} main: {text}"),
    "zones": log("{t} Europe/Berlin\n{t} CEST\n{t}+02:00\n{t} UTC", header="when"),
    "times": log("{t}", form="%H:%M:%S"),
}


@pytest.mark.parametrize("text", ONE_COLUMN.values(), ids=ONE_COLUMN)
def test_times_are_not_cut_at_their_colons(text):
    dialect, _ = choose_dialect(text)
    assert (dialect.delimiter, dialect.field_starts) == (None, ())


def test_a_sentence_behind_padded_fields_is_one_field():
    dialect, _ = choose_dialect(log("{t} {level:<5} [{host}] {text}"))
    assert dialect.field_starts == (0, 20, 26)


def test_values_behind_single_blanks_are_columns():
    assert choose_dialect(log("{t} {level} {n}"))[0].delimiter == " "


def test_a_name_for_date_and_time_together_does_not_shift_the_others(read):
    snapshot = read(log("{t} {level} {n}", header="when level ms"), name="t.log")
    assert [c.name for c in snapshot.columns] == ["when", "column_2", "level", "ms"]


def test_longer_numbers_than_those_in_sight_are_not_cut():
    dialect = fixed_width(log("{n:>9}  {host:<8}{n:>9}").splitlines())
    assert dialect is not None
    assert dialect.field_starts[0] == 0
    assert dialect.field_starts[2] < 11 + 8 + 9 - len("3151")


def test_a_blank_that_all_sentences_have_at_one_place_does_not_cut_them():
    texts = ("connection reset by peer", "user 17 logged in")
    dialect = fixed_width([f"{i:>4}  {texts[i % 2]:<28}" for i in range(30)])
    assert dialect is not None
    assert len(dialect.field_starts) == 2
