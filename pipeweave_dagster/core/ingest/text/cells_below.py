"""Which cells occur again further down in their column: values do, names hardly."""

from collections import Counter

from pipeweave_dagster.core.ingest.text.first_lines import Line

_SAME_LINE = 0.6


class CellsBelow:
    """The last line on which each text stands in each column.

    Args:
        lines: The first lines of a file.
    """

    def __init__(self, lines: list[Line]) -> None:
        self._last: list[dict[str, int]] = [{} for _ in lines[0].cells] if lines else []
        for index, line in enumerate(lines):
            for last, cell in zip(self._last, line.cells, strict=True):
                if cell:
                    last[cell] = index

    def values_among(self, names: list[Line], start: int) -> int:
        """Return how many names are values of their column, too.

        That does not count where one line below repeats most names, as it is the header again, nor
        where the column has no other value, as in a survey with a column for each possible answer.

        Args:
            names: Lines that may be the header.
            start: The index of the first line below them.
        """
        return sum(self._values_of(line, start) for line in names)

    def _values_of(self, line: Line, start: int) -> int:
        pairs = zip(line.cells, self._last, strict=True)
        found = [last[cell] for cell, last in pairs if cell and len(last) > 1]
        below = [index for index in found if index >= start]
        most = Counter(below).most_common(1)
        repeats_header = len(below) > 1 and most[0][1] > _SAME_LINE * line.filled
        return 0 if repeats_header else len(below)
