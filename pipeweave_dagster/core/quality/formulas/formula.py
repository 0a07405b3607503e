"""A formula that gives the target, and how well it was confirmed."""

from collections.abc import Callable
from dataclasses import dataclass

from pipeweave_dagster.core.columns.column import Floats
from pipeweave_dagster.core.quality.formulas.terms import Rows

PROOF = 0.001
"""Exceptions, relative to the rows, up to which a formula is proof."""
SUSPICION = 0.03
"""Exceptions up to which it is a suspicion."""
MAX_BITS_PER_COLUMN = 12.0


@dataclass(frozen=True)
class Expression:
    """An expression that predicts a numeric target.

    Attributes:
        columns: Names of its columns, each once.
        text: As a user reads it.
        predict: Returns its values for some rows, NaN where a cell is missing.
        bits: Its length: bits that name the columns, operations and numbers among all possible.
        kind: `sum` for weighted sums of columns, else `other`.
        weighted: The parts of a weighted sum.
        by_level: Returns the target's median in the level of its category, if it has one.
        slack: Returns by how much more rows may be off because a column was rounded.
    """

    columns: tuple[str, ...]
    text: str
    predict: Callable[[Rows], Floats]
    bits: float
    kind: str = "other"
    weighted: "WeightedSum | None" = None
    by_level: Callable[[Rows], Floats] | None = None
    slack: Callable[[Rows], Floats] | None = None

    @property
    def simple(self) -> bool:
        """Whether few numbers with few digits are enough: else rows that it misses refute it."""
        return self.bits <= len(self.columns) * MAX_BITS_PER_COLUMN


@dataclass(frozen=True)
class WeightedSum:
    """Texts and weights of the terms of a sum, and its constant."""

    texts: list[str]
    weights: list[float]
    offset: float


@dataclass(frozen=True)
class Formula:
    """A confirmed formula.

    Attributes:
        columns: Names of its columns.
        statement: What it says of the target, without the exceptions.
        expression: The expression alone.
        exceptions: Rows that it misses.
        rows: Rows in which its cells and the target are present.
        unseen: How many of these rows were not used to find it.
        bits_saved: Bits that the formula saves in a description of the target.
        proof: Whether it is proof of a leak, else a suspicion.
        kind: `sum` for weighted sums, else `other`.
    """

    columns: tuple[str, ...]
    statement: str
    expression: str
    exceptions: int
    rows: int
    unseen: int
    bits_saved: float
    proof: bool
    kind: str = "other"

    @property
    def is_sum(self) -> bool:
        """Whether it is a weighted sum of three or more columns."""
        return self.kind == "sum" and len(self.columns) >= 3
