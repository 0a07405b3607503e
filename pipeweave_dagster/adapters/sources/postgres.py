"""PostgreSQL by ADBC: rows arrive as Arrow, a few megabytes at a time."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from pipeweave_dagster.adapters.sources.address import Address
from pipeweave_dagster.adapters.sources.exact_values import (
    decimal_column,
    finite_dates,
    storage_of,
)
from pipeweave_dagster.adapters.sources.failures import failure, missing_package
from pipeweave_dagster.core.documents import Source
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.sources.part_sql import PART_PREFIX, PartSql, PartState
from pipeweave_dagster.core.sources.read_only_sql import INSTALL_SOURCES

_BATCH_BYTES = 8 << 20
_CONNECT_S = 10
_NUMERIC = 1700
# Types that ADBC delivers as Arrow values that are equal and that Parquet stores: bool, bytea,
# name, int8, int2, int4, text, json, float4, float8, bpchar, varchar, date, time, timestamp,
# timestamptz, uuid, jsonb; and arrays of int2, int4, text, varchar, int8, float4, float8.
_AS_THEY_ARE = {
    16, 17, 19, 20, 21, 23, 25, 114, 700, 701, 1042, 1043, 1082, 1083, 1114, 1184, _NUMERIC, 2950,
    3802, 1005, 1007, 1009, 1015, 1016, 1021, 1022,
}  # fmt: skip


class PostgresReader:
    """A read-only session on PostgreSQL.

    Args:
        source: What to read.
        address: Where.
    """

    def __init__(self, source: Source, address: Address) -> None:
        self._address, self._sql = address, PartSql(source)
        self._decimals: dict[str, tuple[int, int]] = {}
        self._schema: pa.Schema | None = None
        driver = _driver()
        self._columns = self._described()
        self._connection = _connected(driver, address)

    def _described(self) -> list[str]:
        """Return an expression per column: types without an equal in Arrow are read as text."""
        import psycopg2

        connection = None
        try:
            connection = psycopg2.connect(_uri(self._address), connect_timeout=_CONNECT_S)
            connection.set_session(readonly=True)
            with connection.cursor() as cursor:
                cursor.execute(self._sql.columns())
                described = list(cursor.description or ())
        except psycopg2.Error as error:
            raise failure(self._address, error.pgcode, error) from None
        finally:
            if connection is not None:
                connection.close()
        _refuse_reserved([str(column.name) for column in described])
        return [self._expression(column) for column in described]

    def _expression(self, column: Any) -> str:
        name = self._sql.words.name(column.name)
        if column.type_code == _NUMERIC and column.precision and column.precision < 10_000:
            self._decimals[column.name] = (column.precision, column.scale or 0)
        if column.type_code in _AS_THEY_ARE:
            return name
        return f"{self._sql.words.text(name)} AS {name}"

    def definition(self) -> str:
        """Return the columns: parts with other columns are read again."""
        return self.schema().to_string(show_schema_metadata=False)

    def schema(self) -> pa.Schema:
        """Return the Arrow schema of the rows."""
        if self._schema is None:
            self._schema = self._described_as_arrow()
        return self._schema

    def _described_as_arrow(self) -> pa.Schema:
        with self._executed(self._sql.columns(self._columns)) as cursor:
            schema = cursor.fetch_record_batch().schema
        empty = [pa.array([], field.type) for field in schema]
        rows = pa.RecordBatch.from_arrays(empty, names=schema.names)
        return self.exact(rows, Counter()).schema

    def parts(self) -> list[PartState]:
        """Return the parts that there are now."""
        if not self._sql.part_expressions:
            return []
        with self._executed(self._sql.counts()) as cursor:
            rows = cursor.fetchall()
        return [PartState(tuple(row[:-2]), int(row[-2]), row[-1]) for row in rows]

    def batches(self, wanted: Sequence[PartState]) -> Iterator[pa.RecordBatch]:
        """Yield the rows, ordered by part."""
        with self._executed(self._sql.rows(self._columns, wanted)) as cursor:
            stream = cursor.fetch_record_batch()
            while (batch := self._next(stream)) is not None:
                yield batch

    def _next(self, stream: Any) -> pa.RecordBatch | None:
        try:
            batch: pa.RecordBatch = stream.read_next_batch()
        except StopIteration:
            return None
        except (OSError, pa.ArrowException) as error:  # how a stream reports the server's errors
            raise failure(self._address, "08000", error) from None
        return batch

    def _executed(self, sql: str) -> Any:
        import adbc_driver_manager

        cursor = self._connection.cursor()
        cursor.adbc_statement.set_options(
            **{"adbc.postgresql.batch_size_hint_bytes": str(_BATCH_BYTES)}
        )
        try:
            cursor.execute(sql)
        except adbc_driver_manager.Error as error:
            cursor.close()
            raise failure(self._address, error.sqlstate or "42000", error) from None
        return cursor

    def exact(self, rows: pa.RecordBatch, changed: Counter[str]) -> pa.RecordBatch:
        """Turn numerics, which arrive as text, into decimals of the column's digits."""
        arrays = [
            decimal_column(column, *self._decimals[name], changed)
            if name in self._decimals
            else finite_dates(storage_of(column), changed)
            for name, column in zip(rows.schema.names, rows.columns, strict=True)
        ]
        return pa.RecordBatch.from_arrays(arrays, names=rows.schema.names)

    def close(self) -> None:
        """End the session."""
        self._connection.close()


def _driver() -> Any:
    try:
        from adbc_driver_postgresql import dbapi
    except ImportError:
        raise missing_package("postgres", "adbc-driver-postgresql", INSTALL_SOURCES) from None
    return dbapi


def _connected(dbapi: Any, address: Address) -> Any:
    import adbc_driver_manager

    try:
        connection = dbapi.connect(_uri(address), autocommit=True)
        with connection.cursor() as cursor:
            for setting in ("TimeZone = 'UTC'", "standard_conforming_strings = on"):
                cursor.execute(f"SET {setting}")
            cursor.execute("SET default_transaction_read_only = on")
            cursor.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    except adbc_driver_manager.Error as error:
        raise failure(address, error.sqlstate, error) from None
    return connection


def _uri(address: Address) -> str:
    scheme, _, rest = address.url.partition("://")
    return f"{scheme.partition('+')[0]}://{rest}"


def _refuse_reserved(names: Sequence[str]) -> None:
    reserved = [name for name in names if name.startswith(PART_PREFIX)]
    if reserved:
        raise validation_error(
            f"The source has a column {reserved[0]!r}.", fix="Rename it by a query."
        )
