"""Without DuckDB, texts become the very values that DuckDB makes of them, in every form."""

import random

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.ingest.types.affixed_numbers import affixed_number_parser
from pipeweave_dagster.core.ingest.types.batch_forms import (
    BOOLEAN_WORDS,
    form_of,
)
from pipeweave_dagster.core.ingest.types.centuries import has_two_digit_years, with_window
from pipeweave_dagster.core.ingest.types.compact_dates import COMPACT
from pipeweave_dagster.core.ingest.types.date_parsers import (
    DATES,
    DATETIMES,
    TIMES,
    parser_of_format,
)
from pipeweave_dagster.core.ingest.types.normal_text_sql import NORMAL_TEXT
from pipeweave_dagster.core.ingest.types.percent_scale import with_shares
from pipeweave_dagster.core.ingest.types.plain_characters import plain_sql, plain_text
from pipeweave_dagster.core.ingest.types.set_types import cell_text as cell_text_sql
from pipeweave_dagster.core.ingest.types.type_decisions import trimmed as trimmed_sql
from pipeweave_dagster.core.ingest.types.united_dates import two_dates_parser, union_parser
from pipeweave_dagster.core.ingest.types.value_parsers import (
    BOOLEAN,
    PADDED,
    PLAIN_NUMBERS,
    ROUNDED_NUMBER,
    WHOLE_NUMBER,
)
from pipeweave_dagster.core.model.frame_cells import cell_text
from pipeweave_dagster.core.model.value_expressions import normal_text, trimmed
from pipeweave_dagster.core.model.value_forms import read_text
from pipeweave_dagster_tests.core.ingest.types.generated_texts import matching, near_miss

UNITS = (None, "%", "km", "m", "$", "R$", "Rs.", "m2", "°c")
PARSERS = [*DATES, *DATETIMES, *TIMES, *COMPACT, *PLAIN_NUMBERS, ROUNDED_NUMBER, BOOLEAN]
PARSERS += [BOOLEAN_WORDS, WHOLE_NUMBER, *PADDED]
CUSTOM = ("%Y%m%d%H", "%H:%M on %d %b %y", "%d|%m|%Y", "%I.%M %p, %B %d, %Y", "%s", "%Q")
PARSERS += [parser for parser in map(parser_of_format, CUSTOM) if parser is not None]
PARSERS += [
    affixed_number_parser(unit, scaled, decimal)
    for unit in UNITS
    for scaled in (False, True)
    for decimal in (False, True)
]
PARSERS += [
    with_shares(affixed_number_parser("%", scaled=False, decimal=decimal))
    for decimal in (False, True)
]
PARSERS += [with_window(p, 1927) for p in PARSERS if has_two_digit_years(p)]
PARSERS += [union_parser(DATES[0], p) for p in DATETIMES[:3]]
PARSERS += [two_dates_parser(DATES[0], p) for p in DATES[1:4]]
GROUPS = range(12)


@pytest.fixture(scope="module")
def db():
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def disagreements(db, parser, texts):
    """The texts that DuckDB and plain Python read otherwise, with both values."""
    value = f"CASE WHEN {parser.match_sql('v')} THEN {parser.cast_sql('v')} END"
    rows = db.execute(f"SELECT v, {value} FROM (SELECT unnest(?) AS v)", [texts]).fetchall()
    ours = [(text, theirs, read_text(form_of(parser), text)) for text, theirs in rows]
    return [r for r in ours if type(r[1]) is not type(r[2]) or r[1] != r[2]]


@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS)
def test_every_parser_reads_what_its_pattern_describes(db, group):
    rng = random.Random(group)
    read = 0
    for parser in PARSERS[group :: len(GROUPS)]:
        texts = {matching(parser.pattern, rng).strip() for _ in range(8)}
        texts |= {near_miss(text, rng).strip() for text in texts}
        assert disagreements(db, parser, sorted(texts - {""})) == [], parser.format
        read += sum(read_text(form_of(parser), text) is not None for text in texts)
    assert read > 3 * len(PARSERS[group :: len(GROUPS)])


@given(st.integers(0, 2**32), st.sampled_from(PARSERS))
@settings(max_examples=40, deadline=None)
def test_generated_texts_are_read_alike(db, seed, parser):
    rng = random.Random(seed)
    texts = {matching(parser.pattern, rng).strip() for _ in range(10)}
    texts |= {near_miss(near_miss(text, rng), rng).strip() for text in texts}
    assert disagreements(db, parser, sorted(texts - {""})) == []


_ODD = 'aÅé\u0301\u200b\ufeff\u00a0 \t\u2212\uff11٣-+5.,="\u1112\u1161\u212b\u0131'
TEXTS = st.lists(
    st.text(st.sampled_from(_ODD) | st.characters(codec="utf-8", exclude_characters="\0"))
)


@given(TEXTS)
@settings(max_examples=60, deadline=None)
def test_texts_are_trimmed_composed_and_made_plain_alike(db, texts):
    normal = NORMAL_TEXT.replace("{v}", "t")
    cells = f"SELECT {trimmed_sql('v')} AS t FROM (SELECT unnest(?::VARCHAR[]) AS v)"
    query = f"SELECT t, {normal}, {plain_sql('t')} FROM ({cells})"
    rows = db.execute(query, [texts]).fetchall()
    ours = [trimmed(text) for text in texts]
    expected = [
        (t, None, None) if t is None else (t, normal_text(t), plain_text(t) or None) for t in ours
    ]
    assert rows == expected


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-999, 999).map(float))
)
@settings(max_examples=60, deadline=None)
def test_floats_have_the_same_text(db, numbers):
    query = f"SELECT {cell_text_sql('DOUBLE')} FROM (SELECT unnest(?::DOUBLE[]) AS v)"
    texts = [text for (text,) in db.execute(query, [numbers]).fetchall()]
    assert texts == [cell_text(number) for number in numbers]
