"""What a person has said of single values of a column: missing, or spelled in several ways."""

from dataclasses import replace

import numpy as np

from pipeweave_dagster.core.columns.column import Codes, Column
from pipeweave_dagster.core.documents import ColumnSetting


def corrected(column: Column, setting: ColumnSetting | None) -> Column:
    """The column as its setting wants it read; the same column if that changes nothing."""
    if setting is None or column.distinct == 0:
        return column
    if setting.missing:
        column = _without(column, set(setting.missing))
    if setting.merge_spellings and column.numbers is None and column.distinct:
        column = merged(column)
    return column


def plain_spelling(text: str) -> str:
    """A category without what people spell in several ways: case, blanks, a final dot."""
    return " ".join(text.casefold().split()).rstrip(".")


def value_text(value: float) -> str:
    """A number as `missing` in the settings names it: whole ones without a fraction."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _without(column: Column, gone: set[str]) -> Column:
    if column.numbers is not None and column.ordered:
        texts = [value_text(number) for number in column.numbers.tolist()]
    else:
        texts = column.labels
    keep = np.array([text not in gone for text in texts])
    return column if keep.all() else _kept(column, keep)


def _kept(column: Column, keep: np.ndarray) -> Column:
    place = np.append(np.where(keep, np.cumsum(keep) - 1, -1), -1).astype(np.int32)
    labels = column.text

    def text() -> list[str]:
        return [label for label, stays in zip(labels(), keep, strict=True) if stays]

    numbers = None if column.numbers is None else column.numbers[keep]
    counts = column.counts[keep]
    info = column.info.model_copy(
        update={"distinct": len(counts), "missing": column.rows - int(counts.sum())}
    )
    return replace(
        column, info=info, codes=place[column.codes], counts=counts, numbers=numbers, text=text
    )


def merged(column: Column) -> Column:
    """Spellings of one category under its plain spelling, in the order of these."""
    plain = [plain_spelling(label) for label in column.labels]
    names = sorted(set(plain))
    at = {name: i for i, name in enumerate(names)}
    place: Codes = np.array([*(at[name] for name in plain), -1], np.int32)
    codes = place[column.codes]
    counts = np.bincount(codes[codes >= 0], minlength=len(names)).astype(np.int64)
    info = column.info.model_copy(update={"distinct": len(names)})
    return replace(column, info=info, codes=codes, counts=counts, text=lambda: names)
