"""Which parts of a data set are late: its uploads, its model, its predictions."""

from collections.abc import Mapping

from pipeweave_dagster.core.documents import Part

_DAY_S = 86_400.0
_NAMES = {
    "uploads": "The last new upload",
    "model": "The last training",
    "predictions": "The last scored batch",
}


class LatePart(Part):
    """A part of a data set that is older than it may be; ages are in days."""

    part: str
    age_days: float
    limit_days: float

    @property
    def text(self) -> str:
        """What is late, as a sentence."""
        return (
            f"{_NAMES[self.part]} is {self.age_days:.1f} days old; the limit is "
            f"{self.limit_days:g} days."
        )


def late_parts(
    limits: Mapping[str, float | None], last: Mapping[str, float | None], now: float
) -> list[LatePart]:
    """Return the parts that are late; a part that has never been made is not.

    Args:
        limits: Days by part; None for no limit.
        last: When each part was made last, in seconds since 1970; None if never.
        now: Seconds since 1970.

    Example:
        >>> [late.text for late in late_parts({"model": 30}, {"model": 0}, now=31.5 * 86_400)]
        ['The last training is 31.5 days old; the limit is 30 days.']
    """
    found = []
    for part in _NAMES:
        limit, at = limits.get(part), last.get(part)
        if limit is not None and at is not None and now - at > limit * _DAY_S:
            age = (now - at) / _DAY_S
            found.append(LatePart(part=part, age_days=age, limit_days=limit))
    return found
