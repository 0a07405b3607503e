"""An expression over a list of columns gives each column what it gives the column alone."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.ingest.types.affixed_numbers import affixed_number_parser
from pipeweave_dagster.core.ingest.types.compact_dates import COMPACT_DATE
from pipeweave_dagster.core.ingest.types.date_parsers import DATES, DATETIMES, TIMES
from pipeweave_dagster.core.ingest.types.stacked_columns import (
    counted_values,
    list_of,
    stacked,
    transformed,
)
from pipeweave_dagster.core.ingest.types.type_decisions import trimmed
from pipeweave_dagster.core.ingest.types.value_parsers import BOOLEAN, PLAIN_NUMBERS

pytestmark = pytest.mark.slow  # the file with all its variants

PARSERS = [
    BOOLEAN,
    *PLAIN_NUMBERS,
    COMPACT_DATE,
    *DATES,
    *DATETIMES,
    *TIMES,
    affixed_number_parser("$", scaled=True, decimal=False),
    affixed_number_parser("km", scaled=False, decimal=True),
    affixed_number_parser(None, scaled=False, decimal=False),
]


@pytest.fixture(scope="module")
def db():
    with duckdb.connect() as connection:
        yield connection


def texts(parser):
    """Texts that a parser matches, nearly matches, or has nothing to do with."""
    near = st.text("0123456789.,:-/ $kmKM()+eETZ\u00a0", max_size=12)
    return st.none() | st.from_regex(parser.pattern, fullmatch=True) | near | st.text(max_size=5)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_a_list_is_cast_as_its_columns_are(db, data):
    parser = data.draw(st.sampled_from(PARSERS))
    rows = data.draw(st.lists(st.tuples(*[texts(parser)] * 3), min_size=1, max_size=8))
    rows = [[v and v.replace("\0", "") for v in row] for row in rows]
    value = f"CASE WHEN {parser.match_sql('v')} THEN {parser.cast_sql('v')} END"
    db.execute("CREATE OR REPLACE TABLE t (c0 VARCHAR, c1 VARCHAR, c2 VARCHAR)")
    for row in rows:
        db.execute("INSERT INTO t VALUES (?, ?, ?)", row)
    cleaned = transformed(list_of(range(3)), trimmed("v"))
    together = f"SELECT {transformed('l', value)} AS l FROM (SELECT {cleaned} AS l FROM t)"
    found = [cell for (cells,) in db.execute(together).fetchall() for cell in cells]
    alone = [
        db.execute(
            f"SELECT {value} FROM (SELECT {trimmed('v')} AS v FROM (SELECT c{i} AS v FROM t))"
        ).fetchall()
        for i in range(3)
    ]
    expected = [cell for row in zip(*alone, strict=True) for (cell,) in row]
    assert list(map(repr, found)) == list(map(repr, expected))


def test_cells_keep_their_row_column_and_text(db):
    db.execute(
        "CREATE OR REPLACE TABLE t AS SELECT * FROM (VALUES (' a', 'b'), (NULL, '')) t(c0, c1)"
    )
    rows = db.execute(
        f"SELECT * FROM {stacked('t', [0, 1], trimmed('v'))} ORDER BY r, col"
    ).fetchall()
    assert rows == [(0, 0, " a", "a"), (0, 1, "b", "b"), (1, 0, None, None), (1, 1, "", None)]


class Space:
    def __init__(self, db):
        self.db = db

    def query(self, sql):
        return self.db.execute(sql).fetchall()


@pytest.mark.parametrize("columns", [2, 1200])
def test_counted_values_are_counted_for_each_column_the_most_frequent_first(db, columns):
    rows = [["x"] * columns, ["y"] * columns, ["y"] * columns, ["1"] * columns]
    rows[0][-1] = "z"
    names = ", ".join(f"c{i} VARCHAR" for i in range(columns))
    db.execute(f"CREATE OR REPLACE TABLE t ({names})")
    db.executemany(f"INSERT INTO t VALUES ({', '.join('?' * columns)})", rows)
    condition = "NOT regexp_full_match(v, '[0-9]')"
    found = counted_values(Space(db), "t", range(columns), "v", condition)
    assert [list(found[i].items()) for i in (0, columns - 1)] == [
        [("y", 2), ("x", 1)],
        [("y", 2), ("z", 1)],
    ]
    assert len(found) == columns
    first = counted_values(Space(db), "t", range(columns), "v", condition, limit=1)
    assert first == {i: {"y": 2} for i in range(columns)}
