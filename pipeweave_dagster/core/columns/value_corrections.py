"""Apply user settings for values of a column: missing values, merged spellings."""

from dataclasses import replace

import numpy as np

from pipeweave_dagster.core.columns.column import Codes, Column
from pipeweave_dagster.core.documents import ColumnSetting


def apply_corrections(column: Column, setting: ColumnSetting | None) -> Column:
    """Return the column with its setting applied; the same column if that changes nothing."""
    if setting is None or column.distinct == 0:
        return column
    if setting.missing:
        column = _set_missing(column, set(setting.missing))
    if setting.merge_spellings and column.numbers is None and column.distinct:
        column = merge_spellings(column)
    return column


def normalise_spelling(text: str) -> str:
    """Normalise the spelling of a category: case, whitespace, a final dot.

    Example:
        >>> normalise_spelling(" New  York. ")
        'new york'
    """
    return " ".join(text.casefold().split()).rstrip(".")


def number_as_text(value: float) -> str:
    """Return a number as written under `missing` in the settings: integers without a fraction."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _set_missing(column: Column, missing: set[str]) -> Column:
    if column.numbers is not None and column.ordered:
        texts = [number_as_text(number) for number in column.numbers.tolist()]
    else:
        texts = column.labels
    keep = np.array([text not in missing for text in texts])
    return column if keep.all() else _keep(column, keep)


def _keep(column: Column, keep: np.ndarray) -> Column:
    index = np.append(np.where(keep, np.cumsum(keep) - 1, -1), -1).astype(np.int32)
    labels = column.text

    def text() -> list[str]:
        return [label for label, stays in zip(labels(), keep, strict=True) if stays]

    numbers = None if column.numbers is None else column.numbers[keep]
    counts = column.counts[keep]
    info = column.info.model_copy(
        update={"distinct": len(counts), "missing": column.rows - int(counts.sum())}
    )
    return replace(
        column, info=info, codes=index[column.codes], counts=counts, numbers=numbers, text=text
    )


def merge_spellings(column: Column) -> Column:
    """Merge the categories that have the same normalised spelling, sorted by it."""
    plain = [normalise_spelling(label) for label in column.labels]
    names = sorted(set(plain))
    at = {name: i for i, name in enumerate(names)}
    index: Codes = np.array([*(at[name] for name in plain), -1], np.int32)
    codes = index[column.codes]
    counts = np.bincount(codes[codes >= 0], minlength=len(names)).astype(np.int64)
    info = column.info.model_copy(update={"distinct": len(names)})
    return replace(column, info=info, codes=codes, counts=counts, text=lambda: names)
