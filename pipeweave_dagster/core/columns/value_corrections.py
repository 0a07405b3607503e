"""Apply user settings for values of a column: missing values, merged spellings."""

from dataclasses import replace

import numpy as np

from pipeweave_dagster.core.columns.column import Codes, Column
from pipeweave_dagster.core.documents import ColumnSetting, TargetDeduction


def apply_corrections(column: Column, setting: ColumnSetting | None) -> Column:
    """Return the column with its setting applied; the same column if that changes nothing."""
    if setting is None or column.distinct == 0:
        return column
    column = apply_missing(column, setting)
    if setting.merge_spellings and column.numbers is None and column.distinct:
        column = merge_spellings(column)
    return column


def apply_missing(column: Column, setting: ColumnSetting | None) -> Column:
    """Return the column without the values that the settings list as missing."""
    if setting is None or not setting.missing or column.distinct == 0:
        return column
    return _set_missing(column, set(setting.missing))


def as_classes(column: Column, target: TargetDeduction) -> Column:
    """Return the target's column with the labels that are predicted; no class of missing texts."""
    if target.missing and column.distinct:
        column = _set_missing(column, set(target.missing))
    if not target.labels or not column.distinct:
        return column
    names = [target.labels.get(label, label) for label in column.labels]
    if len(set(names)) == len(names):
        return replace(column, text=lambda: names)
    return _merge(column, names)


def normalise_spelling(text: str) -> str:
    """Normalise the spelling of a category: case, whitespace, a final dot.

    Example:
        >>> normalise_spelling(" New  York. ")
        'new york'
    """
    return " ".join(text.casefold().split()).rstrip(".")


def _set_missing(column: Column, missing: set[str]) -> Column:
    keep = np.array([text not in missing for text in column.labels])
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
    return _merge(column, [normalise_spelling(label) for label in column.labels])


def _merge(column: Column, plain: list[str]) -> Column:
    """Merge the values of the same name, sorted by it."""
    names = sorted(set(plain))
    at = {name: i for i, name in enumerate(names)}
    index: Codes = np.array([*(at[name] for name in plain), -1], np.int32)
    codes = index[column.codes]
    counts = np.bincount(codes[codes >= 0], minlength=len(names)).astype(np.int64)
    info = column.info.model_copy(update={"distinct": len(names)})
    return replace(column, info=info, codes=codes, counts=counts, text=lambda: names)
