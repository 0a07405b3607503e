"""Write the predictions of a batch into a table of PostgreSQL or MySQL, in one transaction.

The rows of the same batch that an earlier run has written are removed in the same transaction, so
a repeated run replaces them, and a reader sees either the old ones or the new ones.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from pipeweave_dagster.adapters.sources.address import Address, parse_address
from pipeweave_dagster.adapters.sources.copied_values import (
    TEXT_CODES,
    fitting_types,
    misfit,
    typed_blocks,
)
from pipeweave_dagster.adapters.sources.failures import away, failure, missing_package
from pipeweave_dagster.core.documents import Source
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, validation_error
from pipeweave_dagster.core.prediction.copied_columns import copied_types
from pipeweave_dagster.core.sources.read_only_sql import INSTALL_SOURCES
from pipeweave_dagster.core.sources.write_sql import BATCH, WRITABLE, WriteSql

_CONNECT_S = 10
_ROWS = 10_000
_LOCK_S = 600


def write_batch(
    source: Source,
    url: SecretStr,
    table: str,
    batch: str,
    rows: Path,
    types: Mapping[str, str] | None = None,
) -> int:
    """Replace the rows of a batch in a table; create the table if there is none.

    Args:
        source: Where the database is.
        url: Its address.
        table: `table` or `schema.table`.
        batch: Name of the batch.
        rows: Parquet with the predictions; read in blocks.
        types: Type by column of `id` and `keep`, which the predictions hold as text. A table that
            is created has it if all values are of it; a column that is text already stays so.

    Returns:
        Number of rows that were written.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for a table that lacks columns or has some of another type,
            FORBIDDEN, UNAUTHORIZED, or SERVICE_UNAVAILABLE.
    """
    if source.kind not in WRITABLE:
        raise validation_error(
            f"Predictions cannot be written to a source of the kind {source.kind!r}.",
            fix=f"Use one of: {', '.join(WRITABLE)}.",
        )
    address = parse_address(source.kind, url.get_secret_value(), str(source.connection))
    write = _to_postgres if source.kind == "postgres" else _to_mysql
    try:
        columns = _columns(rows)
        wanted = copied_types(types or {}, columns)
        fitting = fitting_types(rows, wanted)
        sql = WriteSql(source.kind, table, {**columns, **fitting})
        return write(address, sql, batch, _Rows(rows, wanted, fitting))
    except PipeWeaveError:
        raise
    except Exception as error:  # noqa: BLE001 - a traceback could show the address
        raise PipeWeaveError(
            ErrorCode.INTERNAL_ERROR,
            f"Writing to the source ({address}) failed: {type(error).__name__}:"
            f" {address.hidden(error)}.",
            fix="This is a bug in PipeWeave.",
        ) from None


def _to_postgres(address: Address, sql: WriteSql, batch: str, rows: "_Rows") -> int:
    try:
        import psycopg2
    except ImportError:
        raise missing_package("postgres", "psycopg2", INSTALL_SOURCES) from None
    connection: Any = None
    written = 0
    try:
        scheme, _, rest = address.url.partition("://")
        uri = f"{scheme.partition('+')[0]}://{rest}"
        connection = psycopg2.connect(uri, connect_timeout=_CONNECT_S)
        with connection, connection.cursor() as cursor:
            # Writers of one batch wait for each other; the lock ends with the transaction.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (sql.lock(batch),))
            cursor.execute(sql.create.replace("%%", "%"))
            cursor.execute(sql.look)
            found = {column[0]: column[1] for column in cursor.description}
            sql.require(list(found))
            cursor.execute(sql.delete, (batch,))
            for block in rows.blocks(sql, found):
                cursor.copy_expert(sql.copy.replace("%%", "%"), _as_csv(block, batch))
                written += block.num_rows
    except psycopg2.Error as error:
        raise failure(address, error.pgcode, error) from None
    finally:
        if connection is not None:
            connection.close()
    return written


def _as_csv(block: Any, batch: str) -> io.BytesIO:
    """Return rows as CSV in which texts are quoted, and missing values are not."""
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    named = pa.repeat(pa.scalar(batch), block.num_rows)
    table = pa.Table.from_batches([block]).add_column(0, BATCH, named)
    file = io.BytesIO()
    pa_csv.write_csv(table, file, pa_csv.WriteOptions(include_header=False))
    file.seek(0)
    return file


def _to_mysql(address: Address, sql: WriteSql, batch: str, rows: "_Rows") -> int:
    try:
        import pymysql
    except ImportError:
        raise missing_package("mysql", "pymysql", INSTALL_SOURCES) from None
    connection: Any = None
    written, lock = 0, f"pipeweave{sql.lock(batch)}"
    try:
        connection = pymysql.connect(
            host=address.host,
            port=address.port,
            user=address.user,
            password=address.password,
            database=address.database or None,
            charset="utf8mb4",
            connect_timeout=_CONNECT_S,
            local_infile=False,
            autocommit=False,
            init_command="SET sql_mode = 'STRICT_ALL_TABLES', time_zone = '+00:00'",
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT GET_LOCK(%s, %s)", (lock, _LOCK_S))
            cursor.execute(sql.create.replace("%%", "%"))  # ends a transaction in MySQL
            cursor.execute(sql.look)
            found = {column[0]: column[1] for column in cursor.description}
            sql.require(list(found))
            cursor.execute(sql.delete, (batch,))
            for block in rows.blocks(sql, found):
                cursor.executemany(sql.insert, list(_tuples(block, batch)))
                written += block.num_rows
        connection.commit()
    except pymysql.Error as error:
        raise _mysql_failure(address, error) from None
    finally:
        if connection is not None:
            connection.close()  # what was not committed, and the lock, end with the session
    return written


def _mysql_failure(address: Address, error: Any) -> PipeWeaveError:
    code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    states = {1044: "42501", 1045: "28000", 1142: "42501", 1049: "3D000"}
    if code >= 2000 or code in {1205, 1213}:  # no connection; a lock that was not given in time
        return away(address, error.args[-1])
    return failure(address, states.get(code, "42000"), error.args[-1] if error.args else error)


def _tuples(block: Any, batch: str) -> Iterator[tuple[Any, ...]]:
    """Yield rows; what MySQL cannot store (NaN, infinite) is missing."""
    import math

    columns = [column.to_pylist() for column in block.columns]
    for row in zip(*columns, strict=True):
        yield (batch, *(None if isinstance(v, float) and not math.isfinite(v) else v for v in row))


@dataclass(frozen=True)
class _Rows:
    """The rows to write, with the types that text columns should have, and those that fit."""

    path: Path
    wanted: Mapping[str, str]
    fitting: Mapping[str, str]

    def blocks(self, sql: WriteSql, found: Mapping[str, int]) -> Iterator[Any]:
        """Yield the rows as the columns of the table need them; `found` has their type codes."""
        import pyarrow.parquet as pq

        for name in self.wanted.keys() - self.fitting.keys():
            if name in found and name in sql.columns:
                error = misfit(sql.kind, sql.table, name, self.wanted[name], found[name])
                if error is not None:
                    raise error
        texts = TEXT_CODES[sql.kind]
        typed = {name: kind for name, kind in self.fitting.items() if found[name] not in texts}
        with pq.ParquetFile(self.path) as file:
            yield from typed_blocks(file.iter_batches(batch_size=_ROWS), typed)


def _columns(rows: Path) -> dict[str, str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    def kind(type_: Any) -> str:
        tests = (
            ("integer", pa.types.is_integer),
            ("number", pa.types.is_floating),
            ("boolean", pa.types.is_boolean),
            ("date", pa.types.is_date),
            ("datetime", pa.types.is_timestamp),
        )
        return next((name for name, test in tests if test(type_)), "text")

    return {field.name: kind(field.type) for field in pq.read_schema(rows)}
