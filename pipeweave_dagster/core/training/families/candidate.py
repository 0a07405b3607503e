"""Fit one candidate on some rows, whatever its family, with its target as it is or as logarithm."""

from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.serving import in_units
from pipeweave_dagster.core.pipelines.layout import View
from pipeweave_dagster.core.training.families import FAMILIES, Fit, Rows

LOG = "log_target"
CROSSED: Final = "crossed"
CURVES: Final = "curves"
PLAIN: Final = "plain"
ALL_ROWS = "all_rows"
COMMON = (LOG, CROSSED, CURVES, PLAIN, ALL_ROWS)
"""Parameters that no library gets to see."""
_VIEWS: tuple[View, ...] = (CURVES, CROSSED, PLAIN)
_SKEWED = 1.0


@dataclass(frozen=True)
class Candidate:
    """A family with its parameters, under a name of its own on the leaderboard.

    Parameters for all families: `log_target` (regression only) learns log(1 + y) and answers in
    the unit of y; `crossed` (trees only) sees features made from others, too; `curves` (lines and
    networks only) sees straight pieces of each number beside it; `plain` (trees only) sees neither
    texts nor many-valued categories, which may be no more than noise; `all_rows` marks
    one that learned from all rows of a table that was sampled for the others (see `external`).
    """

    name: str
    family: str
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def view(self) -> View:
        """How its family sees the features."""
        for view in _VIEWS:
            if self.params.get(view):
                return view
        return FAMILIES[self.family].view

    @property
    def first(self) -> bool:
        """Whether it is the first of its family, and not a variant."""
        return self.name == self.family


def fit_candidate(candidate: Candidate, rows: Rows, deadline: float) -> Fit:
    """Fit until done or until the deadline."""
    family = FAMILIES[candidate.family]
    params = {key: value for key, value in candidate.params.items() if key not in COMMON}
    if not candidate.params.get(LOG):
        return family.fit(rows, params, deadline)
    valid = None if rows.y_valid is None else np.log1p(rows.y_valid)
    fit = family.fit(replace(rows, y=np.log1p(rows.y), y_valid=valid), params, deadline)
    return fit._replace(estimator=in_units(fit.estimator, rows.y))


def is_skewed(y: Array) -> bool:
    """Whether values are never negative and have a long upper tail (skewness above 1)."""
    spread = float(np.std(y))
    if spread == 0 or y.min() < 0:
        return False
    return float(np.mean(((y - y.mean()) / spread) ** 3)) > _SKEWED
