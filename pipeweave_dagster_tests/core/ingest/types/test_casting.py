"""Wide tables: the time for a column must not grow with the number of columns."""

from contextlib import contextmanager

import pytest

from pipeweave_dagster.core.ingest import fast_path, read_aligned, sampled_types
from pipeweave_dagster.core.ingest.base import database

pytestmark = pytest.mark.slow


class Watched:
    """A connection that remembers its queries."""

    def __init__(self, inner, seen):
        self.inner, self.seen = inner, seen

    def execute(self, sql, *args):
        self.seen.append(sql)
        return self.inner.execute(sql, *args)

    def __getattr__(self, name):
        return getattr(self.inner, name)


@pytest.fixture
def queries(monkeypatch):
    seen, plain = [], database.open_database

    @contextmanager
    def watched(*args):
        with plain(*args) as db:
            yield Watched(db, seen)

    monkeypatch.setattr(database, "open_database", watched)
    return seen


def table(columns, rows=30):
    head = ",".join(f"n{j}" for j in range(columns))
    lines = (",".join(f"{i}.{j}" for j in range(columns)) for i in range(1, rows + 1))
    return head + "\n" + "\n".join(lines) + "\n"


def longest(seen):
    """The most casts in one query (DuckDB's planning takes the square of them)."""
    return max(sql.count("TRY_CAST") for sql in seen)


@pytest.mark.parametrize("smallest", [1000, 10**9], ids=["fast", "thorough"])
def test_a_query_casts_a_batch_of_columns(read, rows, queries, monkeypatch, smallest):
    monkeypatch.setattr(fast_path, "_MIN_BYTES", smallest)
    monkeypatch.setattr(sampled_types, "_SAMPLE_BYTES", 2000)
    read(table(150))
    few = longest(queries)
    queries.clear()
    snapshot = read(table(450))
    assert longest(queries) <= few
    assert [c.name for c in snapshot.columns] == [f"n{j}" for j in range(450)]
    assert rows()[3] == {f"n{j}": float(f"4.{j}") for j in range(450)}


KINDS = ("{}", "{}.5", "2024-01-{:02}", "${},000", "true", "word {}", "{:02}/02/2023")


def table_of_kinds(columns, rows=28):
    """Columns of all kinds, each with a null token in its second row and a mismatch in its last."""
    head = ",".join(f"n{j}" for j in range(columns))
    lines = [
        ",".join(
            "NA" if i == 2 and j % 3 else "??x" if i == rows and j % 7 == 1 else kind.format(i)
            for j, kind in ((j, KINDS[j % len(KINDS)]) for j in range(columns))
        )
        for i in range(1, rows + 1)
    ]
    return "\n".join([head, *lines * 8]) + "\n"


def cost(seen):
    """Statements, the longest text of expressions in one, and the characters of all."""
    calls = [sum(map(sql.count, ("trim(", "CAST(", "regexp_", "strptime"))) for sql in seen]
    return len(seen), max(calls), sum(map(len, seen))


def test_statements_and_expressions_do_not_grow_with_the_columns(read, queries, tmp_path):
    costs = []
    for columns in (70, 280):
        queries.clear()
        snapshot = read(table_of_kinds(columns))
        assert {c.type for c in snapshot.columns} >= {"integer", "number", "date", "boolean"}
        (tmp_path / "batch").write_text(table_of_kinds(columns))
        read_aligned(tmp_path / "batch", "b.csv", snapshot.columns, tmp_path / "out")
        costs.append(cost(queries))
    few, many = costs
    assert many[:2] == few[:2]
    assert many[2] < 4 * few[2]


def test_columns_of_a_wide_batch_are_matched_in_any_order(read, rows, tmp_path):
    columns = read(table(150)).columns
    names = [c.name.upper() for c in reversed(columns)]
    (tmp_path / "batch").write_text(",".join(names) + "\n" + ",".join(map(str, range(150))) + "\n")
    read_aligned(tmp_path / "batch", "b.csv", columns, tmp_path / "out")
    assert rows() == [{f"n{j}": float(149 - j) for j in range(150)}]


def test_an_exact_name_takes_precedence_over_a_similar_one(read, rows, tmp_path):
    columns = read("A,a\n1,2\n3,4\n5,6\n").columns
    (tmp_path / "batch").write_text("a\n7\n8\n")
    snapshot = read_aligned(tmp_path / "batch", "b.csv", columns, tmp_path / "out")
    assert [c.name for c in snapshot.columns] == [columns[1].name]
