"""Rows of a drawn table whose cells begin where the dashes of a rule do."""

import re
from dataclasses import dataclass

from pipeweave_dagster.core.ingest.text.drawn_lines import (
    SECOND_HALF,
    by_places,
    is_column_rule,
)


@dataclass(frozen=True)
class Dashes:
    """Rows whose cells begin where the dashes of a rule do.

    Attributes:
        starts: Places at which columns begin.
    """

    starts: tuple[int, ...]

    @classmethod
    def of(cls, rule: str) -> tuple["Dashes", list[tuple[int, int]]]:
        """Return how rows are cut below a rule, and where each of its dashes begin and end."""
        spans = [match.span() for match in re.finditer("[-=]+", rule)]
        return cls((*(start for start, _ in spans),)), spans

    def is_rule(self, line: str) -> bool:
        """Return whether a line is a rule of dashes per column."""
        return is_column_rule(line)

    def continued(self, _line: str) -> tuple[int, ...]:
        """Return the columns whose cell continues on the next line: nothing here shows that."""
        return ()

    def fits(self, line: str) -> bool:
        """Return whether no text stands across the start of a column."""
        return self.cells(line) is not None

    def cells(self, line: str) -> list[str] | None:
        """Return the stripped cells of a line; None if a text stands across a start."""
        for text in dict.fromkeys([by_places(line), line]):
            crossed = any(text[i - 1 : i].strip() for i in self.starts[1:])
            if not crossed and not text[: self.starts[0]].strip():
                ends = [*self.starts[1:], None]
                cells = [text[a:b] for a, b in zip(self.starts, ends, strict=True)]
                return [cell.replace(SECOND_HALF, "").strip() for cell in cells]
        return None
