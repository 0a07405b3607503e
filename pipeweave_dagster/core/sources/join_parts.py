# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Join sources that were pulled by a declared key; rows are never multiplied."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeweave_dagster.core.documents import JoinedSource, PulledPart, RawFile, Source
from pipeweave_dagster.core.errors import PipeWeaveError, not_found, validation_error
from pipeweave_dagster.core.ingest.base.sql_quoting import identifier, literal
from pipeweave_dagster.core.sources import FAN_OUT
from pipeweave_dagster.core.suggestions import did_you_mean, nearest_names

_MEMORY_MB = 512


def join_parts(
    name: str, source: Source, inputs: Mapping[str, Sequence[Path]], folder: Path
) -> PulledPart:
    """Join the files of several sources into one Parquet file, with as many rows as `left` has.

    Args:
        name: Name of the join, and of its file.
        source: What to join.
        inputs: The files of every source.
        folder: Receives the file.

    Raises:
        PipeWeaveError: NOT_FOUND for a missing column; VALIDATION_ERROR with the details `fan_out`
            if a key occurs more than once in a joined source.
    """
    import duckdb

    target = folder / f"{name}.parquet"
    with duckdb.connect() as db:
        db.execute(f"SET memory_limit = '{_MEMORY_MB}MB'; SET temp_directory = '{folder}/spill'")
        for table, files in inputs.items():
            _view(db, table, files)
        join = _Join(db, str(source.left))
        for joined in source.join:
            join.add(joined)
        db.execute(
            f"COPY ({join.query()}) TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)"
        )
        rows = _count(db, f"read_parquet({literal(str(target))})")
        expected = _count(db, identifier(str(source.left)))
    if rows != expected:
        raise fan_out(f"The join has {rows:,} rows, its left source {expected:,}.")
    with target.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    described = RawFile(name=target.name, sha256=digest, size_bytes=target.stat().st_size)
    return PulledPart(file=described, rows=rows, changed=join.unmatched)


class _Join:
    """The columns and conditions of a left join, checked one source after the other."""

    def __init__(self, db: Any, left: str) -> None:
        self._db, self._left = db, left
        self._types = _columns(db, left)
        self._shown = [f"l.{identifier(column)}" for column in self._types]
        self._names = set(self._types)
        self._joins: list[str] = []
        self.unmatched: dict[str, int] = {}

    def add(self, joined: JoinedSource) -> None:
        """Add a source."""
        types, table = _columns(self._db, joined.source), identifier(joined.source)
        for mine, theirs in joined.on.items():
            _check_key(self._types, self._left, mine)
            _check_key(types, joined.source, theirs)
            if self._types[mine] != types[theirs]:
                raise validation_error(
                    f"{mine!r} of {self._left!r} is {self._types[mine]}, {theirs!r} of"
                    f" {joined.source!r} is {types[theirs]}: they cannot be joined.",
                    fix="Give both the same type by a query.",
                )
        self._check_unique(joined, table)
        alias = f"j{len(self._joins)}"
        tests = [
            f"l.{identifier(mine)} = {alias}.{identifier(theirs)}"
            for mine, theirs in joined.on.items()
        ]
        self._joins.append(f"LEFT JOIN {table} AS {alias} ON {' AND '.join(tests)}")
        self._count_unmatched(joined, table, " AND ".join(tests).replace(f"{alias}.", "r."))
        for column in types:
            if column not in joined.on.values():
                name = f"{joined.source}_{column}" if column in self._names else column
                self._names.add(name)
                self._shown.append(f"{alias}.{identifier(column)} AS {identifier(name)}")

    def _check_unique(self, joined: JoinedSource, table: str) -> None:
        keys = ", ".join(identifier(name) for name in joined.on.values())
        filled = " AND ".join(f"{identifier(name)} IS NOT NULL" for name in joined.on.values())
        repeated = (
            f"SELECT {keys}, count(*) AS n FROM {table} WHERE {filled} GROUP BY {keys}"
            " HAVING count(*) > 1"
        )
        example = self._db.execute(f"{repeated} ORDER BY n DESC, {keys} LIMIT 1").fetchone()
        if example is None:
            return
        found = _count(self._db, f"({repeated})")
        values = ", ".join(
            f"{name} = {value!r}"[:80]
            for name, value in zip(joined.on.values(), example, strict=False)
        )
        raise fan_out(
            f"The join would multiply rows: {found:,} keys of {joined.source!r} occur more than"
            f" once, such as {values} in {example[-1]:,} rows."
        )

    def _count_unmatched(self, joined: JoinedSource, table: str, test: str) -> None:
        left = identifier(self._left)
        found = f"SELECT 1 FROM {table} AS r WHERE {test}"
        number = _count(self._db, f"(SELECT 1 FROM {left} AS l WHERE NOT EXISTS ({found}))")
        if number:
            self.unmatched[f"rows of {self._left!r} without a row in {joined.source!r}"] = number

    def query(self) -> str:
        """Return the query of the join, in the order of the left source."""
        left = f"(SELECT *, row_number() OVER () AS row_of_left FROM {identifier(self._left)})"
        return (
            f"SELECT {', '.join(self._shown)} FROM {left} AS l {' '.join(self._joins)}"
            " ORDER BY l.row_of_left"
        )


def fan_out(message: str) -> PipeWeaveError:
    """Return the error of a join that multiplies rows."""
    return validation_error(
        message,
        fix="Name more columns in 'on', or a query with one row per key.",
        **{FAN_OUT: True},
    )


def _view(db: Any, name: str, files: Sequence[Path]) -> None:
    paths = ", ".join(literal(str(path)) for path in files)
    db.execute(
        f"CREATE VIEW {identifier(name)} AS SELECT * FROM"
        f" read_parquet([{paths}], union_by_name = true, hive_partitioning = false)"
    )


def _columns(db: Any, name: str) -> dict[str, str]:
    rows = db.execute(f"DESCRIBE {identifier(name)}").fetchall()
    return {str(row[0]): str(row[1]) for row in rows}


def _check_key(types: Mapping[str, str], source: str, name: str) -> None:
    if name not in types:
        hint = did_you_mean(nearest_names(name, list(types)), "Correct 'on'.")
        raise not_found(f"The source {source!r} has no column {name!r}.", fix=hint)


def _count(db: Any, relation: str) -> int:
    row = db.execute(f"SELECT count(*) FROM {relation}").fetchone()
    return int(row[0]) if row else 0
