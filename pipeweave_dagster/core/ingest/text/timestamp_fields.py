"""A date and the time of day beside it: two fields where blanks delimit fields, one value."""

from collections.abc import Sequence
from itertools import pairwise

from pipeweave_dagster.core.model.value_kinds import kind_of


def cuts_timestamps(rows: list[list[str]]) -> bool:
    """Return whether a date and a time of day stand beside each other in all rows below a header.

    Not where the header has a name for each of the two.

    Example:
        >>> cuts_timestamps([["when", "level"], ["2024-05-01", "10:15", "INFO"]])
        True
    """
    width = min(map(len, rows[1:]), default=0)
    place = place_of_timestamps([*zip(*(row[:width] for row in rows[1:]), strict=True)])
    if place is None:
        return False
    return len(rows[0]) < width or is_timestamp(*rows[0][place : place + 2])


def place_of_timestamps(columns: Sequence[Sequence[str]]) -> int | None:
    """Return the first column of dates beside a column of times of day; None without one.

    Example:
        >>> place_of_timestamps([["a", "b"], ["2024-05-01", "2024-05-02"], ["10:15", "10:30"]])
        1
    """
    for place, (dates, times) in enumerate(pairwise(columns)):
        if dates and all(map(is_timestamp, dates, times)):
            return place
    return None


def is_timestamp(date: str, time: str) -> bool:
    """Return whether two texts are a date and a time of day."""
    return kind_of(date) == "date" and kind_of(time) == "time"
