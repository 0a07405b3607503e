"""Detect values that may stand for a missing one: reported, never changed silently."""

from collections.abc import Collection
from itertools import pairwise

from pipeweave_dagster.core.columns.sentinel_values import COMMON_SENTINELS
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.model.null_tokens import is_null_token
from pipeweave_dagster.core.number_format import number_as_text
from pipeweave_dagster.core.schema.column_profile import ColumnProfile

_MIN_SHARE = 0.001
_MIN_NUMBERS = 8


def hidden_missing(profile: ColumnProfile, settled: Collection[str] = ()) -> list[str]:
    """Return a note for each value of a column that may stand for a missing one.

    Args:
        profile: Profile of the column.
        settled: Values that are read as missing anyway.
    """
    if profile.storage == "text":
        tokens = {v: n for v, n in profile.top.items() if is_null_token(v) and v not in settled}
        if not tokens or len(tokens) == profile.distinct:
            return []
        listed = ", ".join(f"{v!r} ({n})" for v, n in tokens.items())
        return [f"{profile.name}: {listed} may stand for missing values; kept unchanged."]
    if profile.storage not in {"integer", "number"} or not profile.filled:
        return []
    return [
        f"{profile.name}: {value} ({counted(count, 'row')}) may stand for missing values; kept "
        "unchanged."
        for value, count in _sentinels(profile)
    ]


def _sentinels(profile: ColumnProfile) -> list[tuple[str, int]]:
    """Return the usual sentinels, and zero, that are far from all other numbers of the column."""
    found = []
    min_rows = max(2.0, _MIN_SHARE * profile.filled)
    ends = (profile.lowest, profile.highest)
    for numbers, count in zip(ends, profile.end_counts, strict=True):
        usual = numbers[0] in COMMON_SENTINELS or numbers[0] == 0
        if usual and count >= min_rows and _is_isolated(numbers):
            found.append((number_as_text(numbers[0]), count))
    return found


def _is_isolated(numbers: tuple[float, ...]) -> bool:
    """Return whether the outermost number is much farther from the next than those are apart."""
    if len(numbers) < _MIN_NUMBERS:
        return False
    gaps = sorted(abs(b - a) for a, b in pairwise(numbers[1:]))
    return abs(numbers[1] - numbers[0]) > 3 * gaps[len(gaps) // 2]
