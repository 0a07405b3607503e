"""Adviser on the schema: the type of columns that the rules are uncertain about."""

from collections.abc import Sequence
from typing import Any

from pipeweave_dagster.core.advice.privacy import is_shareable, reaches, shared_column, shared_name
from pipeweave_dagster.core.advice.reply import RefusedReplyError, Reply, read_reply
from pipeweave_dagster.core.advice.request import (
    TEXT,
    RequestOptions,
    array,
    make_request,
    one_of,
    record,
)
from pipeweave_dagster.core.documents import ColumnDeduction, SchemaDeduction
from pipeweave_dagster.core.documents.advice import AdviceNote, AdviceRequest
from pipeweave_dagster.core.schema.meaning.kind_words import KIND_WORDS

CUT = 0.7
"""Confidence of the rules below which a column is sent to the adviser."""
PER_CALL = 30
_MOST_OTHERS = 40


class _Answer(Reply):
    id: str
    type: str


class _Types(Reply):
    columns: list[_Answer]


def uncertain_columns(schema: SchemaDeduction) -> list[ColumnDeduction]:
    """Return the features below the cut that have alternatives and no personal data."""
    return [
        c
        for c in schema.columns
        if c.role == "feature"
        and not c.overridden
        and c.confidence < CUT
        and c.alternatives
        and is_shareable(c)
    ]


def batches(schema: SchemaDeduction) -> list[list[ColumnDeduction]]:
    """Return the uncertain columns, 30 per call."""
    columns = uncertain_columns(schema)
    return [columns[i : i + PER_CALL] for i in range(0, len(columns), PER_CALL)]


def candidates(column: ColumnDeduction) -> list[str]:
    """Return the closed list of a column's types: those that the rules consider possible."""
    return [column.type, *(t for t in column.alternatives if t != column.type)]


def types_request(
    schema: SchemaDeduction,
    batch: Sequence[ColumnDeduction],
    rows: int,
    figures: dict[str, dict[str, Any]],
    options: RequestOptions,
) -> AdviceRequest:
    """Return the request for the types of some columns.

    Args:
        schema: The whole schema; other columns are named with their types, for context.
        batch: The requested columns.
        rows: Number of rows of the table.
        figures: Result of `column_figures` for the level.
        options: Model and privacy level.
    """
    requested = [
        {
            "id": f"c{i}",
            **shared_column(c, rows, figures.get(c.name, {})),
            "candidates": candidates(c),
        }
        for i, c in enumerate(batch, 1)
    ]
    names = {c.name for c in batch}
    others = [c for c in schema.columns if is_shareable(c) and c.name not in names][:_MOST_OTHERS]
    facts: dict[str, Any] = {"ask": requested}
    facts["others"] = [{"name": shared_name(c.name), "type": c.type} for c in others]
    if reaches(options.level, "statistics"):
        facts["rows"] = rows
    types = list(dict.fromkeys(kind for c in batch for kind in candidates(c)))
    shape = record(columns=array(record(id=TEXT, type=one_of(types))))
    return make_request("schema", options, facts, shape)


def read_types(text: str, batch: Sequence[ColumnDeduction]) -> dict[str, str]:
    """Return the types of a reply by column name; columns that it omits are absent.

    Raises:
        RefusedReplyError: It names a column that was not requested, a column twice, or a type
            outside the closed list. Then nothing of it is used.
    """
    requested = {f"c{i}": column for i, column in enumerate(batch, 1)}
    types: dict[str, str] = {}
    for answer in read_reply(text, _Types).columns:
        column = requested.get(answer.id)
        if column is None:
            raise RefusedReplyError("the reply names a column that was not requested")
        if column.name in types:
            raise RefusedReplyError("the reply gives a column two types")
        if answer.type not in candidates(column):
            raise RefusedReplyError("the reply gives a type outside the closed list")
        types[column.name] = answer.type
    return types


def changes(schema: SchemaDeduction, types: dict[str, str]) -> dict[str, str]:
    """Return the types that differ from those of the rules."""
    return {c.name: types[c.name] for c in schema.columns if types.get(c.name, c.type) != c.type}


def with_types(schema: SchemaDeduction, types: dict[str, str], note: AdviceNote) -> SchemaDeduction:
    """Return the schema with the types of the reply; the target never changes."""
    moved = changes(schema, types)
    columns = [
        _changed(c, moved[c.name], note.model) if c.name in moved else c for c in schema.columns
    ]
    return schema.model_copy(update={"columns": columns, "advice": note})


def _changed(column: ColumnDeduction, kind: str, model: str) -> ColumnDeduction:
    rest = {t: c for t, c in column.alternatives.items() if t != kind}
    update = {
        "type": kind,
        "confidence": column.alternatives[kind],
        "alternatives": {column.type: column.confidence, **rest},
        "reason": f"The adviser {model} takes its values for {KIND_WORDS[kind]}, which the rules "
        f"consider possible. By rule: {column.reason}",
        "role": "identifier" if kind == "identifier" else column.role,
    }
    return column.model_copy(update=update)
