"""Adviser on the schema: the meaning of columns that the rules are not sure of."""

from collections.abc import Sequence
from typing import Any

from pipeweave_dagster.core.advice.privacy import reaches, tellable, told_column, told_name
from pipeweave_dagster.core.advice.reply import RefusedReplyError, Reply, read_reply
from pipeweave_dagster.core.advice.request import TEXT, Asking, array, make_request, one_of, record
from pipeweave_dagster.core.documents import ColumnDeduction, SchemaDeduction
from pipeweave_dagster.core.documents.advice import AdviceNote, AdviceRequest

CUT = 0.7
"""The rules' own confidence below which a column is asked about."""
PER_CALL = 30
_MOST_OTHERS = 40


class _Answer(Reply):
    id: str
    type: str


class _Types(Reply):
    columns: list[_Answer]


def unsure(schema: SchemaDeduction) -> list[ColumnDeduction]:
    """The features that are worth a question: under the cut, with a choice, not personal."""
    return [
        c
        for c in schema.columns
        if c.role == "feature"
        and not c.overridden
        and c.confidence < CUT
        and c.alternatives
        and tellable(c)
    ]


def batches(schema: SchemaDeduction) -> list[list[ColumnDeduction]]:
    """The unsure columns, 30 a call."""
    columns = unsure(schema)
    return [columns[i : i + PER_CALL] for i in range(0, len(columns), PER_CALL)]


def candidates(column: ColumnDeduction) -> list[str]:
    """The closed list of a column: what the rules hold possible."""
    return [column.type, *(t for t in column.alternatives if t != column.type)]


def types_request(
    schema: SchemaDeduction,
    batch: Sequence[ColumnDeduction],
    rows: int,
    figures: dict[str, dict[str, Any]],
    asking: Asking,
) -> AdviceRequest:
    """The question about some columns.

    Args:
        schema: The whole schema; other columns are told by name and type, for context.
        batch: The columns that are asked about.
        rows: Rows of the table.
        figures: What `column_figures` gave for the level.
        asking: Model and level.
    """
    asked = [
        {
            "id": f"c{i}",
            **told_column(c, rows, figures.get(c.name, {})),
            "candidates": candidates(c),
        }
        for i, c in enumerate(batch, 1)
    ]
    names = {c.name for c in batch}
    others = [c for c in schema.columns if tellable(c) and c.name not in names][:_MOST_OTHERS]
    facts: dict[str, Any] = {"ask": asked}
    facts["others"] = [{"name": told_name(c.name), "type": c.type} for c in others]
    if reaches(asking.level, "statistics"):
        facts["rows"] = rows
    words = list(dict.fromkeys(word for c in batch for word in candidates(c)))
    shape = record(columns=array(record(id=TEXT, type=one_of(words))))
    return make_request("schema", asking, facts, shape)


def read_types(text: str, batch: Sequence[ColumnDeduction]) -> dict[str, str]:
    """The types of a reply, by column name; columns that it leaves out are not in it.

    Raises:
        RefusedReplyError: It names what was not asked, twice, or outside the closed list. Then
            nothing of it is taken.
    """
    asked = {f"c{i}": column for i, column in enumerate(batch, 1)}
    found: dict[str, str] = {}
    for answer in read_reply(text, _Types).columns:
        column = asked.get(answer.id)
        if column is None:
            raise RefusedReplyError("the reply speaks of a column that was not asked about")
        if column.name in found:
            raise RefusedReplyError("the reply gives a column two types")
        if answer.type not in candidates(column):
            raise RefusedReplyError("the reply gives a type outside the closed list")
        found[column.name] = answer.type
    return found


def changes(schema: SchemaDeduction, types: dict[str, str]) -> dict[str, str]:
    """Those of the types that differ from the rules' own."""
    return {c.name: types[c.name] for c in schema.columns if types.get(c.name, c.type) != c.type}


def with_types(schema: SchemaDeduction, types: dict[str, str], note: AdviceNote) -> SchemaDeduction:
    """The schema with the types that were answered; the target is never touched."""
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
        "reason": f"The adviser {model} says {kind.replace('_', ' ')}, one of the types that the "
        f"rules hold possible. By rule: {column.reason}",
        "role": "identifier" if kind == "identifier" else column.role,
    }
    return column.model_copy(update=update)
