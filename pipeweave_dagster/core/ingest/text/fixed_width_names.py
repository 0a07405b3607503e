"""The names above fields of fixed width, which show where a field begins."""

from pipeweave_dagster.core.ingest.text.text_dialect import TextDialect
from pipeweave_dagster.core.model.value_kinds import TYPED, kind_of

_MIN_COUNTS = 0.25
"""Share of lines with a number or date from which a field without a name is a column."""
_VALUES = {*TYPED} - {"bool"}


def fits_names(dialect: TextDialect, names: str) -> bool:
    """Return whether every field of a line of names has one."""
    return all(names[start:end].strip() for start, end in bounds([*dialect.field_starts]))


def named_starts(lines: list[str], names: str, blank: list[bool], starts: list[int]) -> list[int]:
    """Leave out where no name of a first line of names begins: without a name, or within one.

    The first column may have no name, as that of the row names in R.
    """
    cells = [line[a:b].strip() for line in [names, *lines] for a, b in bounds(starts)]
    kinds = [kind_of(cell) for cell in cells]
    # A name may be a letter that stands for yes or no elsewhere.
    if not _VALUES.isdisjoint(kinds[: len(starts)]) or _VALUES.isdisjoint(kinds[len(starts) :]):
        return starts
    # The words of a title have one blank between them, and are no names of these fields.
    padded = "  " in names.strip()
    kept = starts[:1]
    for start, end in bounds(starts)[1:]:
        values = [kind_of(line[start:end].strip()) for line in lines]
        named = names[start:end].strip() and not (padded and _within_word(names, blank, start))
        # A column of counts may have no name, and names may not stand exactly above numbers.
        if named or sum(kind in _VALUES for kind in values) > _MIN_COUNTS * len(lines):
            kept.append(start)
    return kept


def _within_word(names: str, blank: list[bool], start: int) -> bool:
    """Return whether a word fills the gap before a field, so that the field begins within it."""
    left = start
    while left and blank[left - 1]:
        left -= 1
    return " " not in names[left : start + 1].ljust(start + 1 - left)


def bounds(starts: list[int]) -> list[tuple[int, int | None]]:
    """Return where each field starts and ends."""
    return [*zip(starts, [*starts[1:], None], strict=False)]
