"""The SQL by which the cells of a batch get the type of a training column."""

from dataclasses import replace
from typing import NamedTuple

from pipeweave_dagster.core.documents import SnapshotColumn
from pipeweave_dagster.core.ingest.base.raw_table import SQL_TYPES, RawTable
from pipeweave_dagster.core.ingest.base.sql_quoting import literal
from pipeweave_dagster.core.ingest.types.batch_forms import BatchForms, batch_forms
from pipeweave_dagster.core.ingest.types.casting import Cast
from pipeweave_dagster.core.ingest.types.listed_values import listed_values_sql
from pipeweave_dagster.core.ingest.types.normal_text_sql import NORMAL_TEXT
from pipeweave_dagster.core.ingest.types.plain_characters import plain_sql
from pipeweave_dagster.core.ingest.types.set_types import cell_text
from pipeweave_dagster.core.ingest.types.type_decisions import trimmed
from pipeweave_dagster.core.ingest.types.typed_dates import is_void_sql
from pipeweave_dagster.core.ingest.types.value_parsers import Parser

_NUMBERS = ("BIGINT", "DOUBLE", "BOOLEAN")


class BatchColumn(NamedTuple):
    """A column of the batch that stands for one of the training table.

    Attributes:
        position: Its index in the batch.
        column: The training column; its type is the type to store.
        forms: All forms of its values.
        chosen: The forms that are read, by number.
    """

    position: int
    column: SnapshotColumn
    forms: BatchForms
    chosen: tuple[int, ...]

    @classmethod
    def of(cls, position: int, column: SnapshotColumn) -> "BatchColumn":
        """Return a column that is read in the forms that need no choice."""
        forms = batch_forms(column)
        return cls(position, column, forms, tuple(range(forms.primary)))

    @property
    def parsers(self) -> list[Parser]:
        """The parsers that are tried, in order."""
        return [self.forms.forms[number] for number in self.chosen]

    def is_read_as_text(self, raw: RawTable) -> bool:
        """Return whether the values are parsed from texts, of which several forms exist."""
        return self.column.type != "text" and self._typed(raw.sql_types[self.position], "v") is None

    def text(self, raw: RawTable, v: str = "v") -> str:
        """Return the SQL of a cell's text as parsers see it, over the cell `v`."""
        source = raw.sql_types[self.position]
        return plain_sql(trimmed(v)) if source == "VARCHAR" else cell_text(source, v)

    def cast(self, raw: RawTable, v: str = "v") -> Cast:
        """Return the cast to the type to store, over the cell `v`; listed values are missing."""
        cast = self._cast(raw, v)
        if not self.column.missing_values:
            return cast
        is_text = self.column.type == "text"
        values = [] if is_text else listed_values_sql(self.column.missing_values, self.column)
        listed = f"CAST(w AS VARCHAR) IN ({', '.join(map(literal, self.column.missing_values))})"
        if values:
            typed = self._typed(raw.sql_types[self.position], "w") or self.parsed("w")
            listed = f"({listed} OR coalesce({typed} IN ({', '.join(values)}), false))"
        # As a lambda, so that planning the query does not take ten times as long.
        kept = f"lambda w: CASE WHEN NOT {listed} THEN w END"
        return replace(cast, cleaned=f"list_transform([{cast.cleaned}], {kept})[1]")

    def _cast(self, raw: RawTable, v: str) -> Cast:
        index, name, source = self.position, self.column.name, raw.sql_types[self.position]
        if self.column.type == "text":
            if source == "VARCHAR":
                return Cast(index, trimmed(v), NORMAL_TEXT.replace("{v}", v), name)
            return Cast(index, v, cell_text(source, v), name)
        typed = self._typed(source, v)
        if typed is not None:
            return Cast(index, v, typed, name)
        return Cast(index, self.text(raw, v), self.parsed(v), name)

    def parsed(self, v: str) -> str:
        """Return the SQL of the value of the text `v`; null where it has none of the forms."""
        casts = [f"CASE WHEN {p.match_sql(v)} THEN {p.cast_sql(v)} END" for p in self.parsers]
        return f"coalesce({', '.join(casts)})" if len(casts) > 1 else casts[0]

    def _typed(self, source: str, v: str) -> str | None:
        return _typed(self.column.type, source, v)


def _typed(type_: str, source: str, v: str) -> str | None:
    """Return the SQL of a typed cell's value in the type to store; None if its text is parsed."""
    target = SQL_TYPES[type_]  # type: ignore[index]
    if type_ == "number" and source in _NUMBERS:
        return f"TRY_CAST({v} AS {target})"
    if type_ == "integer" and source in _NUMBERS:
        whole = f"CASE WHEN {v} = floor({v}) THEN TRY_CAST({v} AS BIGINT) END"
        return whole if source == "DOUBLE" else f"TRY_CAST({v} AS BIGINT)"
    if type_ == "boolean" and source in _NUMBERS:
        return v if source == "BOOLEAN" else f"CASE {v} WHEN 1 THEN true WHEN 0 THEN false END"
    if type_ in {"date", "datetime"} and source in {"DATE", "TIMESTAMP"}:
        return f"CASE WHEN NOT {is_void_sql(v)} THEN TRY_CAST({v} AS {target}) END"
    return v if type_ == "time" and source == "TIME" else None
