"""Texts are trimmed in SQL as `str.strip` trims them."""

import duckdb

from pipeweave_dagster.core.ingest.types.type_decisions import trimmed

BLANKS = " \t\r\n\u00a0"

MIDDLES = ["", "a", "é", "\x01", "\u00a0a", "a b", "~", "\U0001f600", "À", "\u2003x"]


def test_trimmed_equals_strip_for_any_ends():
    ends = ["", *BLANKS, "\u00a0 "]
    texts = [left + middle + right for left in ends for middle in MIDDLES for right in ends]
    with duckdb.connect() as db:
        db.execute("CREATE TABLE t AS SELECT unnest(?) AS v", [texts])
        found = [v for (v,) in db.execute(f"SELECT {trimmed('v')} FROM t").fetchall()]
        assert db.execute(f"SELECT {trimmed('NULL::VARCHAR')}").fetchall() == [(None,)]
    assert found == [text.strip(BLANKS) or None for text in texts]


def test_whitespace_around_any_character_is_trimmed():
    texts = ["a", "é", " a", "a ", "\u00a0a", "a\u00a0", "\ta\n", "e\u0301 ", " \u0301", "", " ",
             "日本 ", " 日本", "a b", "~", "!", "\x7f"]  # fmt: skip
    with duckdb.connect() as db:
        db.execute("CREATE TABLE t (c VARCHAR)")
        db.executemany("INSERT INTO t VALUES (?)", [(t,) for t in texts])
        found = [row[0] for row in db.execute(f"SELECT {trimmed('c')} FROM t").fetchall()]
    assert found == [t.strip(" \t\r\n\u00a0") or None for t in texts]
