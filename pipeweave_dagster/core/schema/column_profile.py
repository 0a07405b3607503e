"""The profile of a column: the statistics and samples from which its type is deduced."""

import re
from dataclasses import dataclass, field

from pipeweave_dagster.core.documents import StorageType

_TIME_NAME = re.compile(r"time|date|stamp|epoch|nano|(^|[_\W])(ts|ns)($|[_\W])", re.IGNORECASE)


@dataclass(frozen=True)
class ColumnProfile:
    """Statistics of one column.

    Attributes:
        name: Name of the column.
        storage: Storage type.
        rows: Number of rows.
        missing: Rows without a value.
        distinct: Number of distinct values.
        low: Minimum of a numeric column.
        high: Maximum of a numeric column.
        mean: Mean of a numeric column.
        std: Sample standard deviation of a numeric column.
        mean_length: Mean length of the values as text, in characters.
        max_length: Maximum length of the values as text, in characters.
        mean_words: Mean number of words (separated by spaces) of a text column.
        top: The most frequent values as text, with their counts.
        sample: Distinct values from throughout the column, as text.
        first_values: The first five distinct values, as text.
        lowest: The twelve lowest numbers, ascending.
        highest: The twelve highest numbers, descending.
        end_counts: Rows of the lowest and of the highest number.
        integral: Whether all numbers are integers.
        is_row_number: Whether the values are consecutive integers, each in one row, in any order.
        repeats: Rows with a value that repeat an earlier row in every column of the table.
        unit: Unit in the text of the numbers.
        smoothness: Of whole numbers, how far neighbours are about as frequent, in standard
            deviations; see `meaning.quantities.smoothness_of`.
    """

    name: str
    storage: StorageType
    rows: int
    missing: int
    distinct: int
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    std: float | None = None
    mean_length: float = 0.0
    max_length: int = 0
    mean_words: float = 0.0
    top: dict[str, int] = field(default_factory=dict)
    sample: tuple[str, ...] = ()
    first_values: tuple[str, ...] = ()
    lowest: tuple[float, ...] = ()
    highest: tuple[float, ...] = ()
    end_counts: tuple[int, ...] = ()
    integral: bool = False
    is_row_number: bool = False
    repeats: int = 0
    unit: str | None = None
    smoothness: float | None = None

    @property
    def filled(self) -> int:
        """Number of rows with a value."""
        return self.rows - self.missing

    @property
    def is_long_code(self) -> bool:
        """Whether the integers have more digits than float64 holds: codes, not amounts.

        Times in nanoseconds, which their names give away, are amounts.
        """
        largest = max(abs(self.low or 0), abs(self.high or 0))
        return self.storage == "integer" and largest > 2**53 and not _TIME_NAME.search(self.name)

    @property
    def uniqueness(self) -> float:
        """Number of distinct values divided by rows with a value, exact duplicate rows aside."""
        return self.distinct / (self.filled - self.repeats) if self.filled else 0.0
