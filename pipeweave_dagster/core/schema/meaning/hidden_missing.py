"""Values that may stand for a missing one: found and proposed, never applied in silence."""

from itertools import pairwise

from pipeweave_dagster.core.ingest.types.format_guesses import is_null_token
from pipeweave_dagster.core.schema.column_profile import ColumnProfile

_SENTINELS = frozenset({-1, -9, -99, -999, -9999, -200, 99, 999, 9999, 99999, 999999})
_SHARE = 0.001
_FEW = 8


def hidden_missing(profile: ColumnProfile) -> list[str]:
    """Proposals for one column, as notes that begin with its name."""
    if profile.storage == "text":
        tokens = {v: n for v, n in profile.top.items() if is_null_token(v)}
        if not tokens or len(tokens) == profile.distinct:
            return []
        listed = ", ".join(f"{v!r} ({n})" for v, n in tokens.items())
        return [f"{profile.name}: {listed} may stand for a missing value; kept as it is."]
    if profile.storage not in {"integer", "number"} or not profile.filled:
        return []
    return [
        f"{profile.name}: {value} ({count} rows) may stand for a missing value; kept as it is."
        for value, count in _suspects(profile)
    ]


def _suspects(profile: ColumnProfile) -> list[tuple[str, int]]:
    """A sentinel number, or zero, that stands apart from all other numbers of the column."""
    found = []
    least = max(2.0, _SHARE * profile.filled)
    ends = (profile.lowest, profile.highest)
    for numbers, count in zip(ends, profile.outer_counts, strict=True):
        usual = numbers[0] in _SENTINELS or numbers[0] == 0
        if usual and count >= least and _stands_apart(numbers):
            found.append((f"{numbers[0]:g}", count))
    return found


def _stands_apart(numbers: tuple[float, ...]) -> bool:
    """Whether the outermost number is much farther from the next one than those are apart."""
    if len(numbers) < _FEW:
        return False
    gaps = sorted(abs(b - a) for a, b in pairwise(numbers[1:]))
    return abs(numbers[1] - numbers[0]) > 3 * gaps[len(gaps) // 2]
