"""MySQL and MariaDB by PyMySQL: rows arrive as the server's text, and become Arrow by columns."""

import ssl
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from pipeweave_dagster.adapters.sources.address import Address
from pipeweave_dagster.adapters.sources.failures import away, failure, missing_package
from pipeweave_dagster.adapters.sources.reader import BatchSize
from pipeweave_dagster.adapters.sources.text_columns import MySqlColumn
from pipeweave_dagster.core.documents import Source
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.sources.part_sql import PartSql, PartState
from pipeweave_dagster.core.sources.read_only_sql import INSTALL_SOURCES

_CONNECT_S = 10
_READ_S = 600
_STATES = {1044: "42501", 1045: "28000", 1142: "42501", 1146: "42P01", 1054: "42703", 1049: "3D000"}
_SESSION = (
    "SET SESSION TRANSACTION READ ONLY",
    "SET SESSION time_zone = '+00:00'",
    # The parser has read quotes and backslashes as this mode does.
    "SET SESSION sql_mode = ''",
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
)


class MySqlReader:
    """A read-only session on MySQL or MariaDB.

    Args:
        source: What to read.
        address: Where. The option `ssl=true` asks for an encrypted connection.
    """

    def __init__(self, source: Source, address: Address) -> None:
        self._address, self._sql = address, PartSql(source)
        self._driver = _driver()
        self._connection = self._connected()
        try:
            with self._executed(self._sql.columns()) as cursor:
                # PyMySQL gives the sign and character set of a column here only.
                fields = cursor._result.fields  # noqa: SLF001
        except PipeWeaveError:
            self.close()  # an open transaction would lock the table against changes
            raise
        self._columns = [MySqlColumn.of(field) for field in fields]

    def _connected(self) -> Any:
        address = self._address
        encrypted = address.options.get("ssl", "").lower() in {"1", "true", "required"}
        try:
            connection = self._driver.connect(
                host=address.host,
                port=address.port,
                user=address.user,
                password=address.password,
                database=address.database or None,
                charset="utf8mb4",
                connect_timeout=_CONNECT_S,
                read_timeout=_READ_S,
                ssl=ssl.create_default_context() if encrypted else None,
                local_infile=False,
                autocommit=True,
                # With a converter for no type, all values stay the server's text.
                conv={-1: None},
            )
            with connection.cursor() as cursor:
                for statement in _SESSION:
                    cursor.execute(statement)
        except self._driver.Error as error:
            raise self._failure(error) from None
        return connection

    def definition(self) -> str:
        """Return the columns: parts with other columns are read again."""
        return self.schema().to_string(show_schema_metadata=False)

    def schema(self) -> pa.Schema:
        """Return the Arrow schema of the rows."""
        return pa.schema([(column.name, column.type) for column in self._columns])

    def parts(self) -> list[PartState]:
        """Return the parts that there are now."""
        with self._executed(self._sql.counts()) as cursor:
            rows = cursor.fetchall()
        return [PartState(tuple(row[:-2]), int(row[-2]), row[-1]) for row in rows]

    def batches(self, wanted: Sequence[PartState]) -> Iterator[pa.RecordBatch]:
        """Yield the rows as text, ordered by part."""
        query = self._sql.rows([self._expression(column) for column in self._columns], wanted)
        with self._executed(query, self._driver.cursors.SSCursor) as cursor:
            width = len(cursor.description)
            raw = [column.raw for column in self._columns]
            types = raw + [pa.string()] * (width - len(raw))
            size = BatchSize()
            while rows := self._fetched(cursor, size.rows):
                arrays = [
                    pa.array(values, type_)
                    for values, type_ in zip(zip(*rows, strict=True), types, strict=True)
                ]
                batch = pa.RecordBatch.from_arrays(arrays, names=[str(i) for i in range(width)])
                size.adapt(batch)
                yield batch

    def _expression(self, column: MySqlColumn) -> str:
        name = self._sql.words.name(column.name)
        return f"CAST({name} AS DOUBLE) AS {name}" if column.rounded else name

    def _fetched(self, cursor: Any, rows: int) -> list[tuple[Any, ...]]:
        try:
            return list(cursor.fetchmany(rows))
        except self._driver.Error as error:
            raise self._failure(error) from None

    def exact(self, rows: pa.RecordBatch, changed: Counter[str]) -> pa.RecordBatch:
        """Turn texts into the types of the columns."""
        arrays = [
            column.typed(array, changed)
            for column, array in zip(self._columns, rows.columns, strict=True)
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema())

    def _executed(self, sql: str, kind: Any = None) -> Any:
        cursor = self._connection.cursor(kind)
        try:
            cursor.execute(sql)
        except self._driver.Error as error:
            raise self._failure(error) from None
        return cursor

    def _failure(self, error: Any) -> Exception:
        code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        text = error.args[-1] if error.args else error
        if code in _STATES:
            return failure(self._address, _STATES[code], text)
        if code >= 2000 or isinstance(error, self._driver.err.InterfaceError):
            return away(self._address, text)
        return failure(self._address, "42000", text)

    def close(self) -> None:
        """End the session."""
        self._connection.close()


def _driver() -> Any:
    try:
        import pymysql
        import pymysql.cursors
    except ImportError:
        raise missing_package("mysql", "pymysql", INSTALL_SOURCES) from None
    return pymysql
