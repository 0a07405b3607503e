# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Decide how the columns of a batch are read: their types, and the forms of their values."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pipeweave_dagster.core.documents import SnapshotColumn
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.batch_casts import BatchColumn
from pipeweave_dagster.core.ingest.types.batch_forms import convention_of, form_of
from pipeweave_dagster.core.ingest.types.casting import uncastable_values
from pipeweave_dagster.core.ingest.types.stacked_columns import (
    column_batches,
    counted_values,
    grouped,
    stacked,
)
from pipeweave_dagster.core.model.missing_words import is_missing_word
from pipeweave_dagster.core.model.value_forms import (
    MOST_TEXTS,
    ColumnTexts,
    choose_forms,
    form_note,
    mismatch_note,
)

_EXACT_IN_FLOAT = 2**53
Counted = list[tuple[str, int]]


class BatchTypes(NamedTuple):
    """How the columns of a batch are read.

    Attributes:
        columns: The matched columns.
        unread: Values that are set to missing, with counts, by index.
        notes: What the user should know, by index.
    """

    columns: list[BatchColumn]
    unread: dict[int, Counted]
    notes: dict[int, list[str]]


def decide_types(
    raw: RawTable, matched: Mapping[int, SnapshotColumn], space: Workspace
) -> BatchTypes:
    """Decide how the matched columns are read.

    A fraction or a huge number in a column that was integer in training is still more informative
    than a missing value: such a column is read as number, unless a float would change others.
    """
    columns = {i: BatchColumn.of(i, column) for i, column in matched.items()}
    unread = _unread(raw, columns.values(), space)
    integers = {i: columns[i] for i in unread if columns[i].column.type == "integer"}
    held = _held_by_floats(raw, integers, space)
    wider = {i: BatchColumn.of(i, _as_number(matched[i])) for i in held}
    columns |= wider
    unread = {i: v for i, v in unread.items() if i not in wider}
    unread |= _unread(raw, wider.values(), space)
    chosen, notes = _chosen(raw, columns, unread, space)
    columns |= chosen
    unread = {i: v for i, v in unread.items() if i not in chosen}
    unread |= _unread(raw, chosen.values(), space)
    for i, values in unread.items():
        column = columns[i].column
        notes.setdefault(i, []).append(mismatch_note(column.name, column.type, values))
    return BatchTypes(list(columns.values()), unread, notes)


def _as_number(column: SnapshotColumn) -> SnapshotColumn:
    return column.model_copy(update={"type": "number", "format": None, "unit": None})


def _unread(raw: RawTable, columns: Iterable[BatchColumn], space: Workspace) -> dict[int, Counted]:
    """Return the values other than missing words whose cast fails, with counts, by index."""
    typed = [c for c in columns if c.column.type != "text"]
    types = {c.position: c.column.type for c in typed}
    casts = [c.cast(raw) for c in typed]
    failed = uncastable_values(space, raw.table, casts)
    found = {
        i: [v for v in values if not is_missing_word(v[0], types[i])]
        for i, values in failed.items()
    }
    return {i: values for i, values in found.items() if values}


def _chosen(
    raw: RawTable,
    columns: Mapping[int, BatchColumn],
    unread: Mapping[int, Counted],
    space: Workspace,
) -> tuple[dict[int, BatchColumn], dict[int, list[str]]]:
    """Return the columns that are read in other forms than usual, with notes."""
    open_ = {
        i: c
        for i, c in columns.items()
        if c.is_read_as_text(raw) and len(c.forms.forms) > c.forms.primary
    }
    texts = _texts(raw, {i: c for i, c in open_.items() if i in unread}, unread, space)
    chosen = choose_forms({str(i): t for i, t in texts.items()})
    if any(_is_against_training(open_[int(i)], forms) for i, forms in chosen.items()):
        texts = _texts(raw, open_, unread, space)
        chosen = choose_forms({str(i): t for i, t in texts.items()})
    found, notes = {}, {}
    for key, forms in chosen.items():
        i = int(key)
        found[i] = columns[i]._replace(chosen=tuple(forms))
        notes[i] = [form_note(columns[i].column.name, texts[i], forms)]
    return found, notes


def _is_against_training(column: BatchColumn, forms: Sequence[int]) -> bool:
    usual, found = (convention_of(column.forms.forms[k]) for k in (0, forms[0]))
    return bool(usual and found) and usual != found


def _texts(
    raw: RawTable,
    columns: Mapping[int, BatchColumn],
    unread: Mapping[int, Counted],
    space: Workspace,
) -> dict[int, ColumnTexts]:
    """Return what the forms of columns are chosen from, by index."""
    counted: dict[int, dict[str, int]] = {}
    alike = grouped({i: (raw.sql_types[i], c.text(raw)) for i, c in columns.items()})
    for (_, text), indices in alike.items():
        counted |= counted_values(space, raw.table, indices, text, "true", MOST_TEXTS)
    return {
        i: ColumnTexts.of(
            [form_of(parser) for parser in c.forms.forms],
            c.forms.primary,
            {t: n for t, n in counted.get(i, {}).items() if not is_missing_word(t, c.column.type)},
            unread.get(i, []),
        )
        for i, c in columns.items()
    }


def _held_by_floats(
    raw: RawTable, columns: Mapping[int, BatchColumn], space: Workspace
) -> list[int]:
    """Return the columns whose whole numbers floats hold exactly."""
    casts = {i: c.cast(raw) for i, c in columns.items()}
    alike = grouped({i: (raw.sql_types[i], c.cleaned, c.typed) for i, c in casts.items()})
    held = []
    for (_, cleaned, typed), indices in alike.items():
        for batch in column_batches(indices):
            rows = space.query(
                f"SELECT col FROM {stacked(raw.table, batch, cleaned)} GROUP BY col"
                f" HAVING coalesce(max(abs(CAST({typed} AS HUGEINT))), 0) <= {_EXACT_IN_FLOAT}"
            )
            held += [int(column) for (column,) in rows]
    return held
