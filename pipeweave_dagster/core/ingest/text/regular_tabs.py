"""Tabs as many in every line, which make any other delimiter a part of the fields.

Nobody types tabs into cells, so a tab in the same place of each line is a delimiter: between the
codes with commas of Eurostat, `A,CP00,AT`, and below comments of as many words as there are fields.
"""

from functools import lru_cache

from pipeweave_dagster.core.ingest.text.text_dialect import TextDialect

_OTHER_FACTOR = 0.5
_MIN_LINES, _TABBED_SHARE = 3, 0.5
_MOST_HALF_FILLED = 0.1


def tabs_factor(sample: str, dialect: TextDialect, width: int) -> float:
    r"""Return a factor for the score of a dialect: below 1 if it overlooks the tabs of a sample.

    Args:
        sample: Complete lines.
        dialect: The dialect.
        width: The usual number of fields under it.

    Example:
        >>> text = "freq,geo\t2019 \t2020 \n" + "A,AT\t104.5 b\t:\n" * 3
        >>> tabs_factor(text, TextDialect(","), 2), tabs_factor(text, TextDialect("\t"), 3)
        (0.5, 1.0)
    """
    if dialect.delimiter == "\t" or "\t" not in sample:
        return 1.0
    tabs, throughout = _regular_tabs(sample)
    if dialect.whitespace or dialect.delimiter == " ":
        return _OTHER_FACTOR if tabs and tabs == width - 1 else 1.0
    return _OTHER_FACTOR if tabs and throughout else 1.0


@lru_cache(maxsize=4)
def _regular_tabs(sample: str) -> tuple[int, bool]:
    """Return the tabs per line that has some, 0 if they differ; and whether every line has them.

    Tabs inside quotes, or behind the last or before the first field, delimit nothing.
    """
    lines = [line.strip("\r\n") for line in sample.split("\n") if line.strip()]
    tabbed = [line.split("\t") for line in lines if "\t" in line]
    counts = {len(fields) for fields in tabbed}
    if len(counts) != 1 or len(tabbed) < max(_MIN_LINES, _TABBED_SHARE * len(lines)):
        return 0, False
    if any(field.count('"') % 2 for fields in tabbed for field in fields):
        return 0, False
    blank = sum(not (fields[0].strip() and any(map(str.strip, fields[1:]))) for fields in tabbed)
    if blank > _MOST_HALF_FILLED * len(tabbed):
        return 0, False
    return counts.pop() - 1, len(tabbed) == len(lines)
