"""Read the cells of one column: some are typed already, others are texts.

The source is copied beside exported and registered models.
"""

from collections import Counter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.model.frame_cells import factorized, stored_values, typed_or_text
from pipeweave_dagster.core.model.missing_words import is_missing_word
from pipeweave_dagster.core.model.value_expressions import compiled
from pipeweave_dagster.core.model.value_forms import MOST_TEXTS, ColumnTexts, read_text

_EXACT = 2**53


class ColumnCells(NamedTuple):
    """The cells of a column: those that have a value already, and the texts of the others."""

    name: str
    type: str
    forms: list[int]
    primary: int
    known: np.ndarray
    texts: np.ndarray


def cells_of(reading: dict[str, Any], column: dict[str, Any], values: pd.Series) -> ColumnCells:
    """Divide cells into those whose type fits, and texts to parse."""
    type_, forms, primary = column["type"], column["forms"], column["primary"]
    known, texts = _divided(reading, values, type_)
    if type_ == "integer" and _needs_number(reading, forms, known, texts):
        type_, forms = "number", column["number"]["forms"]
        primary = column["number"]["primary"]
        known, texts = _divided(reading, values, type_)
    return ColumnCells(column["name"], type_, forms, primary, known, texts)


def _divided(
    reading: dict[str, Any], values: pd.Series, type_: str
) -> tuple[np.ndarray, np.ndarray]:
    plain = compiled(reading["text" if type_ == "text" else "plain"])
    codes, uniques = factorized(values)
    pairs = [typed_or_text(value, type_, plain) for value in uniques]
    known, texts = (np.array([*(p[k] for p in pairs), None], dtype=object) for k in (0, 1))
    return known[codes], texts[codes]


def _needs_number(
    reading: dict[str, Any], forms: list[int], known: np.ndarray, texts: np.ndarray
) -> bool:
    """Return whether a column of whole numbers has others, and floats hold the whole ones."""
    form = reading["forms"][forms[0]]
    distinct = {t: read_text(form, t) for t in set(texts) - {None}}
    if all(v is not None or is_missing_word(t, "integer") for t, v in distinct.items()):
        return False
    whole = [v for v in (*distinct.values(), *(set(known) - {None})) if v is not None]
    return max(map(abs, whole), default=0) <= _EXACT


def truth_notes(cells: ColumnCells, values: pd.Series) -> list[str]:
    """Return the note on typed truth values in a column of numbers."""
    if cells.type not in ("number", "integer"):
        return []
    if values.dtype == object:
        count = int(values.map(lambda v: isinstance(v, bool | np.bool_)).sum())
    else:
        count = int(values.notna().sum()) if pd.api.types.is_bool_dtype(values.dtype) else 0
    return (
        [f"{cells.name}: true or false in {counted(count, 'row')}, read as 1 or 0."]
        if count
        else []
    )


def texts_of(reading: dict[str, Any], cells: ColumnCells) -> ColumnTexts:
    """Return what the choice of a column's forms is made from."""
    forms = [reading["forms"][number] for number in cells.forms]
    counts = Counter(t for t in cells.texts if t is not None)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    present = [(t, n) for t, n in ordered if not is_missing_word(t, cells.type)]
    primary = forms[: cells.primary]
    unread = [(t, n) for t, n in present if all(read_text(f, t) is None for f in primary)]
    first = {t: n for t, n in ordered[:MOST_TEXTS] if not is_missing_word(t, cells.type)}
    return ColumnTexts.of(forms, cells.primary, first, unread)


def read_values(
    reading: dict[str, Any], cells: ColumnCells, chosen: list[int] | None
) -> tuple[Any, list[tuple[str, int]]]:
    """Return the values of a column, and the texts that are none, with counts."""
    numbers = range(cells.primary) if chosen is None else chosen
    forms = [reading["forms"][cells.forms[k]] for k in numbers]
    codes, uniques = pd.factorize(cells.texts)
    read = [next((v for f in forms if (v := read_text(f, t)) is not None), None) for t in uniques]
    counts = np.bincount(codes[codes >= 0], minlength=len(uniques))
    unread = [
        (str(t), int(n))
        for t, n, v in zip(uniques, counts, read, strict=True)
        if v is None and not is_missing_word(t, cells.type)
    ]
    parsed = np.array([*read, None], dtype=object)[codes]
    values = np.where(codes >= 0, parsed, cells.known)
    unread.sort(key=lambda item: (-item[1], item[0]))
    return stored_values(values, cells.type), unread
