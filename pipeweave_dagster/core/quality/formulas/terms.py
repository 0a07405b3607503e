"""Terms of formulas: numbers per row that are read from a column, and their text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Column, Floats

Rows = NDArray[np.int64]
DAY = 86_400.0
MINUTE = 60.0
MINUTES_PER_DAY = 1440.0
MIN_FILLED = 0.005
CLOCK_SHARE = 0.999
MIN_CLOCK_VALUES = 20
MAX_NAME = 80
MAX_FLAGS = 60
MIN_FLAG_ROWS = 5


@dataclass(frozen=True)
class Term:
    """A number per row, NaN where it is missing.

    Attributes:
        columns: Names of the columns that it is computed from.
        text: The term as a user reads it, such as `'price' / 'area'`.
        unit: Terms of one unit may be compared: `number`, `days`, `clock`, `filled` or `derived`.
        compute: Returns the numbers of some rows.
    """

    columns: tuple[str, ...]
    text: str
    unit: str
    compute: Callable[[Rows], Floats]


def quoted(name: str) -> str:
    """Return the name of a column as it appears in a formula, at most `MAX_NAME` characters."""
    return f"'{name[:MAX_NAME]}'"


def number_terms(columns: Sequence[Column]) -> list[Term]:
    """Return one term per column of numbers, dates or times, and a second one for HHMM clocks.

    Dates and datetimes count in days, times and clocks in minutes since midnight.
    """
    terms = []
    for column in columns:
        if not column.ordered and column.info.storage != "boolean":
            continue
        unit, scale = _units(column)
        terms.append(_term(column, unit, column.numbers, scale))
        if is_clock(column):
            terms.append(_term(column, "clock", _minutes(column), 1.0))
    return terms


def indicator_terms(columns: Sequence[Column]) -> list[Term]:
    """Return, for each column of counts with zeros, 1 where it is not 0, else 0."""
    terms = []
    for column in columns:
        numbers = column.numbers
        if column.info.storage not in {"integer", "number"} or numbers is None:
            continue
        zeros = int(column.counts[numbers == 0].sum()) / max(1, column.present)
        if column.distinct > 2 and numbers[0] == 0 and MIN_FILLED <= zeros <= 1 - MIN_FILLED:
            read = reader(column, (numbers != 0).astype(np.float64))
            text = f"({quoted(column.name)} is not 0)"
            terms.append(Term((column.name,), text, "filled", read))
    return terms


def filled_terms(columns: Sequence[Column]) -> list[Term]:
    """Return, for each column with missing and present cells, 1 where it is filled, else 0."""
    terms = []
    for column in columns:
        share = column.present / max(1, column.rows)
        if MIN_FILLED <= share <= 1 - MIN_FILLED:
            text = f"({quoted(column.name)} is filled)"
            terms.append(Term((column.name,), text, "filled", _filled(column)))
    return terms


def is_clock(column: Column) -> bool:
    """Return whether whole numbers are clock times such as 5, 930 or 2359 (HHMM)."""
    numbers = column.numbers
    if column.info.storage not in {"integer", "number"} or numbers is None:
        return False
    if len(numbers) < MIN_CLOCK_VALUES or numbers[-1] < 1000:
        return False
    valid = (numbers >= 0) & (numbers <= 2400) & (numbers % 100 < 60) & (numbers % 1 == 0)
    return int(column.counts[valid].sum()) >= CLOCK_SHARE * column.present


def flag_terms(columns: Sequence[Column]) -> list[Term]:
    """Return, for each column of two texts, 1 for the second in alphabetical order, else 0."""
    terms = []
    for column in columns:
        if column.numbers is None and column.distinct == 2 and column.counts.min() >= MIN_FLAG_ROWS:
            shown = "" if column.info.pii else f" is '{column.labels[1][:40]}'"
            text = f"({quoted(column.name)}{shown})"
            read = reader(column, np.array([0.0, 1.0]))
            terms.append(Term((column.name,), text, "filled", read))
    return terms[:MAX_FLAGS]


def matrix(terms: Sequence[Term], rows: Rows) -> Floats:
    """Return the values of the terms, shape (rows, terms)."""
    if not terms:
        return np.empty((len(rows), 0))
    return np.array([term.compute(rows) for term in terms]).T


def _units(column: Column) -> tuple[str, float]:
    if column.info.storage in {"date", "datetime"}:
        return "days", 1 / DAY
    return ("clock", 1 / MINUTE) if column.info.storage == "time" else ("number", 1.0)


def _term(column: Column, unit: str, numbers: Floats | None, scale: float) -> Term:
    values = np.zeros(0) if numbers is None else numbers * scale
    return Term((column.name,), quoted(column.name), unit, reader(column, values))


def reader(column: Column, numbers: Floats) -> Callable[[Rows], Floats]:
    """Return a function that looks up numbers, one per distinct value, for some rows."""
    table = np.append(numbers, np.nan)

    def read(rows: Rows) -> Floats:
        values: Floats = table[column.codes[rows]]
        return values

    return read


def _filled(column: Column) -> Callable[[Rows], Floats]:
    return lambda rows: (column.codes[rows] >= 0).astype(np.float64)


def _minutes(column: Column) -> Floats:
    numbers = column.numbers if column.numbers is not None else np.zeros(0)
    minutes = np.floor(numbers / 100) * 60 + numbers % 100
    return np.where((numbers % 100 < 60) & (numbers <= 2400), minutes % MINUTES_PER_DAY, np.nan)
