"""The terms of a table that formulas may use."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.quality.formulas.category_lines import categories
from pipeweave_dagster.core.quality.formulas.terms import (
    Rows,
    Term,
    filled_terms,
    flag_terms,
    indicator_terms,
    number_terms,
)
from pipeweave_dagster.core.quality.formulas.time_terms import calendar_terms, elapsed_terms


@dataclass(frozen=True)
class Space:
    """The terms of a table that formulas may use."""

    numbers: list[Term]
    derived: list[Term]
    categories: list[Column]

    @classmethod
    def of(cls, ordered: Sequence[Column], columns: Sequence[Column], rows: Rows) -> "Space":
        """Return the space of a table: ordered columns for arithmetic, all for the rest."""
        numbers = number_terms(ordered)
        derived = [
            *elapsed_terms(numbers, rows),
            *calendar_terms(ordered),
            *filled_terms(columns),
            *flag_terms(columns),
            *indicator_terms(ordered),
        ]
        return cls(numbers, derived, categories(columns))

    def without(self, names: set[str]) -> "Space":
        """Return the space without the terms and categories of some columns."""
        if not names:
            return self
        numbers, derived = (
            [t for t in terms if not names & set(t.columns)]
            for terms in (self.numbers, self.derived)
        )
        return Space(numbers, derived, [c for c in self.categories if c.name not in names])
