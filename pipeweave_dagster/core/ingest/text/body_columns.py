"""Profile the columns of the body, and compare rows with them to find headers."""

import itertools
import re
from collections import Counter

from pipeweave_dagster.core.ingest.types.null_tokens import is_null_token
from pipeweave_dagster.core.ingest.types.value_kinds import TYPED, kind_of

_MIN_DISTINCT = 10
_IN_PARENTHESES = re.compile(r"\s*\(\d[\d.,]*\)\s*")


def cell_kind(text: str) -> str:
    """Classify a cell; a number in parentheses is an amount, as accountants write a loss."""
    return "amount" if _IN_PARENTHESES.fullmatch(text) else kind_of(text)


class BodyColumn:
    """What the values of a column of the body have in common: kinds, distinct values, lengths."""

    def __init__(self, values: list[str]) -> None:
        kinds = Counter(cell_kind(v) for v in values)
        present = [v for v in values if v]
        self.has_empty = kinds.pop("empty", 0) > 0 or len(present) < len(values)
        self.kinds = set(kinds)
        total = sum(kinds.values())
        typed = sum(n for k, n in kinds.items() if k in TYPED)
        self.share_typed = typed / total if total else 0.0
        self.typed = self.share_typed >= 0.8
        self.values = set(present)
        self.closed = len(values) >= 10 and 0 < len(self.values) <= 0.25 * len(values)
        lengths = [len(v) for v in present]
        self.shortest, self.longest = min(lengths, default=0), max(lengths, default=0)
        self.weight = 1.0 if self.typed or self.closed else 0.3 if total else 0.0

    def matches(self, cell: str) -> bool:
        """Return whether a cell looks like a value of this column."""
        if not cell:
            return self.has_empty
        kind = cell_kind(cell)
        if self.typed:
            return (kind in TYPED and kind in self.kinds) or (kind == "empty" and self.has_empty)
        if self.closed:
            return cell in self.values
        return kind in self.kinds and 0.6 * self.shortest <= len(cell) <= 1.5 * self.longest


def likeness(row: list[str], columns: list[BodyColumn]) -> float:
    """Return the weighted share of cells that match their column; 0.5 without evidence."""
    total = matching = 0.0
    for cell, column in zip(row, columns, strict=True):
        weight = column.weight * (1.0 if cell else 0.1)
        total += weight
        matching += weight * column.matches(cell)
    return matching / total if total else 0.5


def is_repeated_header(row: list[str], columns: list[BodyColumn]) -> bool:
    """Return whether a row has only words above typed columns: a header repeated between tables.

    A frequent value of a column with few values does not count, even where other values are typed
    (`M` beside `F`, which is short for false).
    """
    above_typed = sum(
        c.share_typed >= 0.3 and bool(cell) and not (c.closed and cell in c.values)
        for cell, c in zip(row, columns, strict=True)
    )
    return above_typed > 0 and not any(cell_kind(c) in TYPED for c in row if c)


def has_a_name(row: list[str], columns: list[BodyColumn]) -> bool:
    """Return whether a row of distinct cells has a word above a purely typed column.

    So `0.5,1.5,target` is a header, although most of it would do for a row of the body.
    """
    if not all(row) or len(set(row)) < len(row):
        return False
    return any(
        c.share_typed == 1.0
        and len(c.values) >= _MIN_DISTINCT
        and cell_kind(cell) == "word"
        and not is_null_token(cell)
        for cell, c in zip(row, columns, strict=True)
    )


def is_sequence_header(row: list[str], columns: list[BodyColumn]) -> bool:
    """Return whether a row is a header of consecutive years or numbers (1999, 2000, 2001 …)."""
    runs = 0
    for left, right in itertools.pairwise(row):
        if left.isdigit() and right.isdigit() and int(right) - int(left) == 1:
            runs += 1
    numbers = sum(c.isdigit() for c in row)
    return runs >= 2 and runs >= numbers - 1 and numbers >= 0.5 * len(columns)
