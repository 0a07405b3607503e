"""The SQL that casts a column of a batch, with an error for what would have to be reported."""

from pipeweave_dagster.core.ingest.base.raw_table import SQL_TYPES, RawTable
from pipeweave_dagster.core.ingest.base.sql_quoting import literal
from pipeweave_dagster.core.ingest.batch_casts import BatchColumn
from pipeweave_dagster.core.ingest.types.casting import Cast
from pipeweave_dagster.core.ingest.types.normal_text_sql import PLAIN_ASCII
from pipeweave_dagster.core.ingest.types.type_decisions import ignores_ends
from pipeweave_dagster.core.model.missing_words import is_missing_word

_WORDS = ("NA", "N/A", "n/a", "na", "NaN", "nan", "NULL", "null", "None", "none", "?", "-")
"""The usual ones: other words for missing values make a batch be read thoroughly."""


def strict_cast(column: BatchColumn, raw: RawTable) -> Cast:
    """Return the cast of a column, with an error for a value that it cannot read."""
    v, type_ = f"c{column.position}", column.column.type
    cast = column.cast(raw, v)
    same = raw.sql_types[column.position] == SQL_TYPES[type_] and not column.column.missing_values
    if type_ == "text":
        return _normal_text(cast, v) if same else cast
    if same and type_ in {"number", "integer"}:
        return Cast(cast.index, v, v, cast.name)
    if cast.typed == v:
        return cast
    unread = f"error('another value in {v}')"
    if not column.is_read_as_text(raw):
        strict = f"coalesce({cast.typed}, CASE WHEN {v} IS NOT NULL THEN {unread} END)"
        return Cast(cast.index, cast.cleaned, strict, cast.name)
    words = ", ".join(literal(w) for w in ("", *_WORDS) if not w or is_missing_word(w, type_))
    strict = f"CASE WHEN {v} IS NOT NULL AND {v} NOT IN ({words}) THEN {unread} END"
    cleaned = cast.cleaned
    plain = raw.sql_types[column.position] == "VARCHAR" and not column.column.missing_values
    if plain and all(map(ignores_ends, column.parsers)):
        cleaned = (
            v  # nearly all cells match as they are, and cleaning them costs more than all else
        )
    return Cast(cast.index, cleaned, f"coalesce({cast.typed}, {strict})", cast.name)


def _normal_text(cast: Cast, v: str) -> Cast:
    """Return the cast of a column of texts, of which nearly all are plain and stay as they are.

    The others are cleaned and made normal in two steps, as ever: an empty text says that there is
    nothing to do, since cleaned ones are never empty.
    """
    whole = f"whole{cast.index}"
    plain = PLAIN_ASCII.replace("{v}", v)
    cleaned = f"{v} AS {whole}, CASE WHEN {plain} THEN '' ELSE {cast.cleaned} END"
    typed = f"CASE WHEN {v} = '' THEN {whole} ELSE {cast.typed} END"
    return Cast(cast.index, cleaned, typed, cast.name)
