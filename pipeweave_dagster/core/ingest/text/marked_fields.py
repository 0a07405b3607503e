"""Whether the words of a comment are the names of the fields in the rows below it."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeweave_dagster.core.ingest.text.field_formats import are_formats, are_types
from pipeweave_dagster.core.ingest.text.header_annotations import are_units
from pipeweave_dagster.core.ingest.text.name_costs import is_year
from pipeweave_dagster.core.model.null_tokens import is_null_token
from pipeweave_dagster.core.model.value_kinds import TYPED, kind_of

_DELIMITERS = "\t,;|"
_TYPED_SHARE = 0.6
_PADDED = re.compile(r"\s{2,}|\t")


@dataclass(frozen=True)
class MarkedNames:
    """Names of a comment as a header for the rows below it.

    Attributes:
        header: The line that names the columns.
        blanks: Whether blanks stand between the fields.
        numeric: Whether every column is typed.
        certain: Whether a column is typed, so that the first row is none of names.
    """

    header: str
    blanks: bool
    numeric: bool
    certain: bool


def names_above(rows: list[str], words: str) -> MarkedNames | None:
    """Return the words of a comment as a header; None if they are not as many as the fields.

    Args:
        rows: The first rows.
        words: What stands behind the mark.
    """
    for delimiter in (*_DELIMITERS, None):
        fields = [_fields(row, delimiter) for row in rows]
        width = len(fields[0]) if fields else 0
        if width < 2 or any(len(row) != width for row in fields):
            continue
        for names in _names(words, delimiter):
            if len(names) == width and _are_names(names):
                header = words if delimiter else " ".join(map(_quoted, names))
                return _above(fields, header, blanks=delimiter is None)
    return None


def units_above(rows: list[str], words: str) -> bool:
    """Return whether the words of a comment are units or formats of the fields below it."""
    for delimiter in (*_DELIMITERS, None):
        fields = [_fields(row, delimiter) for row in rows]
        width = len(fields[0]) if fields else 0
        names = [name.strip() for name in _fields(words, delimiter)]
        if len(names) == width > 1:
            complete = [row for row in fields if len(row) == width]
            return are_units(names) or are_types(names) or are_formats(names, complete)
    return False


def _above(fields: list[list[str]], header: str, *, blanks: bool) -> MarkedNames | None:
    """Return a header above rows; None above another header, or where blanks divide prose."""
    columns = [*zip(*fields, strict=True)]
    typed = [column for column in columns if _is_typed(column)]
    if any(kind_of(column[0]) not in TYPED | {"empty"} for column in typed):
        return None
    if blanks and not typed:
        return None
    return MarkedNames(header, blanks, len(typed) == len(columns), certain=bool(typed))


def _fields(row: str, delimiter: str | None) -> list[str]:
    if delimiter is None:
        return row.split()
    return next(csv.reader([row], delimiter=delimiter, skipinitialspace=True), [])


def _names(words: str, delimiter: str | None) -> Iterator[list[str]]:
    """Yield the names that words may be; above blanks, they may have other marks between them."""
    if delimiter is not None:
        yield [name.strip() for name in _fields(words, delimiter)]
        return
    for mark in _DELIMITERS:
        yield [name.strip() for name in _fields(words, mark)]
    yield words.split()
    yield _PADDED.split(words)


def _are_names(names: list[str]) -> bool:
    """Return whether texts may be names: distinct, none missing, and not a row of values."""
    if len(set(names)) < len(names) or any(not name or is_null_token(name) for name in names):
        return False
    typed = [kind_of(name) in TYPED and not name.isalpha() for name in names]
    return not all(typed) and not any(
        value and not is_year(name) for name, value in zip(names, typed, strict=True)
    )


def _is_typed(column: tuple[str, ...]) -> bool:
    known = [kind for kind in map(kind_of, column) if kind != "empty"]
    return bool(known) and sum(kind in TYPED for kind in known) > _TYPED_SHARE * len(known)


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name and '"' not in name else name
