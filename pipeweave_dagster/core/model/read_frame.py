"""Read rows as the training data was read, without PipeWeave and without DuckDB.

`core.ingest.aligned_batch` does the same for files, in DuckDB; tests hold the two together. The
source is copied beside exported and registered models, which keep the *reading* (see
`core.ingest.types.batch_forms.reading_of`) in a JSON file.
"""

import re
from collections import Counter
from collections.abc import Collection
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.model.column_names import ColumnsError, match_columns
from pipeweave_dagster.core.model.frame_cells import (
    as_frame,
    factorized,
    stored_values,
    typed_or_text,
)
from pipeweave_dagster.core.model.hashed_values import (
    HASHED_FORM,
    hashed_again_note,
    hashed_text,
    key_id,
)
from pipeweave_dagster.core.model.missing_words import is_missing_word
from pipeweave_dagster.core.model.value_expressions import compiled
from pipeweave_dagster.core.model.value_forms import (
    MOST_TEXTS,
    ColumnTexts,
    choose_forms,
    form_note,
    mismatch_note,
    read_text,
)

_EXACT = 2**53


class ReadRows(NamedTuple):
    """Rows with the types of the training data, and what was read in another way or not at all.

    Attributes:
        rows: The columns that the model uses and the rows have; as many rows, in their order.
        notes: What the user should know.
        set_missing: Number of values that are no values of the type, by column.
        blank: Columns without any value.
    """

    rows: pd.DataFrame
    notes: list[str]
    set_missing: dict[str, int]
    blank: list[str]


class _Cells(NamedTuple):
    """The cells of a column: those that have a value already, and the texts of the others."""

    name: str
    type: str
    forms: list[int]
    primary: int
    known: np.ndarray
    texts: np.ndarray


def read_frame(reading: dict[str, Any], rows: Any, key: str | None = None) -> ReadRows:
    """Read rows as the training data was read.

    Args:
        reading: How the training data was read.
        rows: A data frame, a list of dicts, a dict of lists, or an array with the columns of the
            training table in order. Values are texts as in a file, or typed.
        key: The key of columns that were hashed for training.

    Raises:
        ColumnsError: The rows have no column that the model uses, or no names and another number of
            columns than the training table, or values to hash without the key of then.
    """
    frame = as_frame(rows)
    places = column_places(reading, frame)
    frame, notes = _with_hashes(reading, frame, places, key)
    columns = [c for c in reading["columns"] if c["name"] in places]
    cells = [_cells_of(reading, c, frame.iloc[:, places[c["name"]]]) for c in columns]
    by_name = {c.name: c for c in cells}
    texts = {c.name: _texts_of(reading, c) for c in cells if c.forms}
    chosen = choose_forms(texts)
    missing, found = {}, {}
    for name, column in by_name.items():
        if name in chosen:
            notes.append(form_note(name, texts[name], chosen[name]))
        notes += _truth_notes(column, frame.iloc[:, places[name]])
        found[name], unread = _column_values(reading, column, chosen.get(name))
        if unread:
            missing[name] = sum(n for _, n in unread)
            notes.append(mismatch_note(name, column.type, unread))
    read = pd.DataFrame(found, index=pd.RangeIndex(len(frame)))
    blank = [str(name) for name in read if len(read) and read[name].isna().all()]
    return ReadRows(read, notes, missing, blank)


def _with_hashes(
    reading: dict[str, Any], frame: pd.DataFrame, places: dict[str, int], key: str | None
) -> tuple[pd.DataFrame, list[str]]:
    """Return rows with hashes where the training data had them, and notes on values that are."""
    hashed = [c for c in reading["columns"] if c.get("hash_key") and c["name"] in places]
    filled = [c for c in hashed if frame.iloc[:, places[c["name"]]].notna().any()]
    for column in filled:
        if not key or key_id(key) != column["hash_key"]:
            wrong = "this is not the key" if key else "no key is set"
            raise ColumnsError(
                f"The values of `{column['name']}` were hashed for training, and {wrong}. Set"
                " PIPEWEAVE_PRIVACY_KEY to the key of the PipeWeave that trained the model (that"
                " variable there, or `privacy.key` in its home), or leave the column out."
            )
    if not filled:
        return frame, []
    notes = []
    columns = [frame.iloc[:, j] for j in range(frame.shape[1])]
    for column in filled:
        place = places[column["name"]]
        if _are_hashes(columns[place]):
            notes.append(hashed_again_note(column["name"]))
        columns[place] = hashed_values(columns[place], str(key), column.get("missing", ()))
    return pd.concat(columns, axis=1).set_axis(frame.columns, axis=1), notes


def _are_hashes(values: pd.Series) -> bool:
    texts = {str(value).strip() for value in values.dropna()} - {""}
    return bool(texts) and all(re.fullmatch(HASHED_FORM, text) for text in texts)


def hashed_values(values: pd.Series, key: str, missing: Collection[str] = ()) -> pd.Series:
    """Return the hashes of a column as text; missing values stay missing.

    Args:
        values: The column.
        key: The key.
        missing: Texts that stand for a missing value.
    """
    codes, uniques = pd.factorize(values.astype(object))
    hashes = (hashed_text(value, key, missing) for value in uniques)
    found = pd.Series([*hashes, None], dtype=object)
    return pd.Series(found.to_numpy()[codes], index=values.index, dtype=object)


def is_nameless(frame: pd.DataFrame) -> bool:
    """Return whether the columns of a frame have numbers instead of names."""
    return frame.columns.equals(pd.RangeIndex(frame.shape[1]))


def column_places(reading: dict[str, Any], frame: pd.DataFrame) -> dict[str, int]:
    """Return the position in a frame of each column that the model uses and the frame has.

    Raises:
        ColumnsError: As `read_frame`.
    """
    nameless = is_nameless(frame)
    names = ["" if nameless or name is None else str(name) for name in frame.columns]
    required = {c["name"]: c["original_name"] for c in reading["columns"]}
    wanted = ", ".join(list(required)[:30])
    try:
        places = match_columns(names, required, reading["table"], reading["target"])
    except ColumnsError as error:
        raise ColumnsError(f"The table {error}: {', '.join(reading['table'][:30])}.") from error
    if not places:
        raise ColumnsError(
            f"The rows have none of the columns that the model uses. They have:"
            f" {', '.join(names[:30])}. Provide any of: {wanted}."
        )
    return places


def _cells_of(reading: dict[str, Any], column: dict[str, Any], values: pd.Series) -> _Cells:
    """Divide cells into those whose type fits, and texts to parse."""
    type_, forms, primary = column["type"], column["forms"], column["primary"]
    known, texts = _divided(reading, values, type_)
    if type_ == "integer" and _needs_number(reading, forms, known, texts):
        type_, forms = "number", column["number"]["forms"]
        primary = column["number"]["primary"]
        known, texts = _divided(reading, values, type_)
    return _Cells(column["name"], type_, forms, primary, known, texts)


def _truth_notes(cells: _Cells, values: pd.Series) -> list[str]:
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


def _texts_of(reading: dict[str, Any], cells: _Cells) -> ColumnTexts:
    forms = [reading["forms"][number] for number in cells.forms]
    counts = Counter(t for t in cells.texts if t is not None)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    present = [(t, n) for t, n in ordered if not is_missing_word(t, cells.type)]
    primary = forms[: cells.primary]
    unread = [(t, n) for t, n in present if all(read_text(f, t) is None for f in primary)]
    first = {t: n for t, n in ordered[:MOST_TEXTS] if not is_missing_word(t, cells.type)}
    return ColumnTexts.of(forms, cells.primary, first, unread)


def _column_values(
    reading: dict[str, Any], cells: _Cells, chosen: list[int] | None
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
