"""What a family offers to the search: variants of its parameters, and ranges to change them in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

LOG = "log_target"
CROSSED: Final = "crossed"
GROUPED: Final = "grouped"
CURVES: Final = "curves"
PLAIN: Final = "plain"
ALL_ROWS = "all_rows"
READABLE: Final = "readable"
COMMON = (LOG, CROSSED, GROUPED, CURVES, PLAIN, ALL_ROWS, READABLE)
"""Parameters of every family; no library sees them (see `Candidate`)."""

MAX_LEARNING_RATE = 0.25

Group = Literal[
    "log target", "grouped", "plain", "small trees", "large trees", "deep trees", "crossed",
    "splines", "other",
]  # fmt: skip
"""Variants that are tried together; `core.training.search.portfolio` orders the groups."""


@dataclass(frozen=True)
class Variant:
    """A candidate beside the default one.

    Attributes:
        name: Its name on the leaderboard.
        params: What differs from the defaults.
        group: The variants it is tried with.
        place: Its position among them.
        max_rows: Not tried on more rows.
    """

    name: str
    group: Group
    place: int
    params: Mapping[str, Any] = field(default_factory=dict)
    max_rows: float = float("inf")


class Range(NamedTuple):
    """The range of a parameter.

    Attributes:
        low: Least value.
        high: Largest value.
        usual: Value of a candidate that does not set it.
        log_scale: Whether it is searched on a logarithmic scale.
        integer: Whether it takes integers only.
        boolean: Whether it is a flag.
    """

    low: float
    high: float
    usual: float
    log_scale: bool = True
    integer: bool = False
    boolean: bool = False

    def scaled(self, factor: float) -> "Range":
        """Return the range of a learning rate that is `factor` times higher than usual."""
        high = min(max(self.high, MAX_LEARNING_RATE), self.high * factor)
        # With a large factor the whole range would be beyond the largest sensible rate.
        low = min(self.low * factor, high / 2)
        return self._replace(low=low, high=high, usual=min(high, self.usual * factor))
