"""Which line of a drawn table has the names of its columns: the rule below it says so."""

from pipeweave_dagster.core.ingest.text.bar_rows import Bars
from pipeweave_dagster.core.ingest.text.dash_rows import Dashes


def line_of_names(head: list[str], cutter: Bars | Dashes) -> int | None:
    """Return the line (from 1) of the names; None if the rules leave it open.

    They do where several lines stand above the rule, as a title or units may be among them, and
    where a rule stands below every row.

    Args:
        head: The first lines of the file.
        cutter: How its rows are cut.
    """
    places = [i for i, line in enumerate(head) if line.strip() and cutter.is_rule(line)]
    if not places:
        return None
    above = _rows(head, cutter, 0, places[0])
    if not above and len(places) > 1:
        return _between_rules(head, cutter, places)
    beside = [i for i in above if i == places[0] - 1]
    return beside[0] + 1 if len(above) == len(beside) == 1 else None


def _between_rules(head: list[str], cutter: Bars | Dashes, places: list[int]) -> int | None:
    """Return the line of the names of a table with a rule above them, too."""
    first, second, *further = places
    names = _rows(head, cutter, first, second)
    rows = _rows(head, cutter, second, len(head))
    ruled_once = not further or len(_rows(head, cutter, second, further[0])) == len(rows)
    one_type = bool(further) and "=" in head[further[0]] and "=" not in head[first]  # polars
    several = bool(further) and len(_rows(head, cutter, second, further[0])) > 1
    decided = ruled_once or "=" in head[second] or several or one_type
    return names[0] + 1 if len(names) == 1 and rows and decided else None


def _rows(head: list[str], cutter: Bars | Dashes, start: int, end: int) -> list[int]:
    """Return which lines from one to another are cut into several filled cells."""
    cut = [(i, cutter.cells(head[i])) for i in range(start, end) if head[i].strip()]
    rows = [(i, cells) for i, cells in cut if cells and not cutter.is_rule(head[i])]
    return [i for i, cells in rows if sum(map(bool, cells)) > 1]
