"""Values that may stand for a missing one: found and proposed, never applied in silence."""

from pipeweave_dagster.core.ingest.decide import is_null_token
from pipeweave_dagster.core.schema.profile import ColumnProfile

_SENTINELS = frozenset({-1, -9, -99, -999, -9999, -200, 99, 999, 9999, 99999, 999999})
_SHARE = 0.001


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
    found = []
    for text, count in profile.top.items():
        try:
            value = float(text)
        except ValueError:
            continue
        if count < max(2, _SHARE * profile.filled) or profile.distinct < 5:
            continue
        if value in _SENTINELS and _stands_apart(value, profile):
            found.append((text, count))
    return found


def _stands_apart(value: float, profile: ColumnProfile) -> bool:
    """Whether the value lies outside of all others by more than their usual distance."""
    others = sorted(float(v) for v in profile.spread if _is_number(v) and float(v) != value)
    if len(others) < 3:
        return False
    low, high = others[0], others[-1]
    gap = (high - low) / len(others)
    return value < low - gap or value > high + gap


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
