"""The SQL of a pull: how many rows each part has, and the rows of the parts that have changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeweave_dagster.core.documents import Increment, Source
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.sources.read_only_sql import DIALECTS, read_only

PART_PREFIX = "pipeweave_part_"
"""Names of the columns behind those of the source that say which part a row belongs to."""
_MOST_IN_FILTER = 50
_MOST_NAMES = 3


@dataclass(frozen=True)
class SqlWords:
    """How one database writes what differs between them.

    Attributes:
        quote: The character around names.
        text_type: Type that every value can be cast to for reading.
        day: Pattern of the day of a time.
        same: Pattern of equality in which missing values are equal.
        backslash: Whether a backslash in a text must be doubled.
    """

    quote: str
    text_type: str
    day: str
    same: str
    backslash: bool = False

    def name(self, name: str) -> str:
        """Quote the name of a column."""
        return f"{self.quote}{name.replace(self.quote, self.quote * 2)}{self.quote}"

    def text(self, expression: str) -> str:
        """Return an expression as text."""
        return f"CAST({expression} AS {self.text_type})"

    def literal(self, value: str | None) -> str:
        """Return a value as an SQL literal.

        Example:
            >>> print(WORDS["postgres"].literal("it's"))
            'it''s'
        """
        if value is None:
            return "NULL"
        doubled = value.replace("\\", "\\\\") if self.backslash else value
        return "'" + doubled.replace("'", "''") + "'"


WORDS = {
    "postgres": SqlWords('"', "TEXT", "CAST({} AS DATE)", "{} IS NOT DISTINCT FROM {}"),
    "mysql": SqlWords("`", "CHAR", "DATE({})", "{} <=> {}", backslash=True),
    "cratedb": SqlWords(
        '"', "TEXT", "date_trunc('day', {})", "({0} = {1} OR ({0} IS NULL AND {1} IS NULL))"
    ),
}


@dataclass(frozen=True)
class PartState:
    """One part as the database describes it now."""

    values: tuple[str | None, ...]
    rows: int
    watermark: str | None


class PartSql:
    """Builds the queries of one source.

    Args:
        source: A source of the kinds that speak SQL.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for a query that does more than read.

    Example:
        >>> source = Source(kind="postgres", connection="DB", table="shop.orders")
        >>> PartSql(source).inner
        'SELECT * FROM "shop"."orders"'
    """

    def __init__(self, source: Source) -> None:
        self.words = WORDS[source.kind]
        self._increment: Increment | None = source.incremental
        if source.query is not None:
            self.inner = read_only(source.query, DIALECTS[source.kind], "query")
        else:
            names = str(source.table).split(".")
            if len(names) > _MOST_NAMES or not all(names):
                raise validation_error(
                    f"{source.table!r} is not the name of a table.",
                    fix="Write 'table' or 'schema.table'; for other names write a query.",
                )
            quoted = ".".join(map(self.words.name, names))
            self.inner = f"SELECT * FROM {quoted}"  # noqa: S608

    def columns(self, columns: Sequence[str] = ("*",)) -> str:
        """Return the query for the types of columns, which returns no row."""
        return f"SELECT {', '.join(columns)} FROM ({self.inner}) AS pulled LIMIT 0"  # noqa: S608

    @property
    def part_expressions(self) -> list[str]:
        """The expressions whose values say which part a row belongs to."""
        if self._increment is None:
            return []
        if self._increment.partition_by:
            return [self.words.name(name) for name in self._increment.partition_by]
        return [self.words.day.format(self.words.name(str(self._increment.key)))]

    def counts(self) -> str:
        """The query for the parts: their values as text, number of rows, greatest key."""
        parts, key = self.part_expressions, self._increment and self._increment.key
        watermark = self.words.text(f"MAX({self.words.name(key)})") if key else "NULL"
        shown = ", ".join(
            f"{self.words.text(part)} AS {PART_PREFIX}{number}" for number, part in enumerate(parts)
        )
        return (
            f"SELECT {shown}, COUNT(*) AS pulled_rows, {watermark} AS watermark"  # noqa: S608
            f" FROM ({self.inner}) AS pulled GROUP BY {', '.join(parts)}"
            f" ORDER BY {', '.join(parts)}"
        )

    def rows(self, columns: Sequence[str], wanted: Sequence[PartState]) -> str:
        """Return the query for rows, with the columns that say which part, ordered by part.

        Args:
            columns: Expressions of the columns.
            wanted: The parts to read. More than fifty are not named: then the query returns all.
        """
        parts = self.part_expressions
        shown = [
            *columns,
            *(f"{self.words.text(p)} AS {PART_PREFIX}{number}" for number, p in enumerate(parts)),
        ]
        query = f"SELECT {', '.join(shown)} FROM ({self.inner}) AS pulled"  # noqa: S608
        if parts and len(wanted) <= _MOST_IN_FILTER:
            query += f" WHERE {' OR '.join(self._only(state) for state in wanted)}"
        return query + (f" ORDER BY {', '.join(parts)}" if parts else "")

    def _only(self, state: PartState) -> str:
        tests = (
            self.words.same.format(part, self.words.literal(value))
            for part, value in zip(self.part_expressions, state.values, strict=True)
        )
        return f"({' AND '.join(tests)})"
