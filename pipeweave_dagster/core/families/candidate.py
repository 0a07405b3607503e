"""Fit one candidate, of whatever family, on its target or on the logarithm of it."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from pipeweave_dagster.core.families import FAMILIES, Fit, Rows
from pipeweave_dagster.core.families.base import View
from pipeweave_dagster.core.families.search_space import (
    COMMON,
    CROSSED,
    CURVES,
    GROUPED,
    LOG,
    PLAIN,
    READABLE,
)
from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.target_scale import in_units

_VIEWS: tuple[View, ...] = (CURVES, CROSSED, GROUPED, PLAIN)
_SKEWED = 1.0


@dataclass(frozen=True)
class Candidate:
    """A family with parameters, under its own name on the leaderboard.

    Parameters of every family: `log_target` (regression only) learns log(1 + y) and predicts in
    the unit of y; `crossed` (trees only) also sees crossed features, `grouped` (trees only) numbers
    relative to their group; `curves` (linear models and networks only) also sees piecewise-linear
    splines of the numbers; `plain` (trees only) sees neither texts nor high-cardinality categories,
    which may be mere noise; `readable` leaves out what no person can read in a model, the words of
    texts and hashed categories; `all_rows` marks a candidate fitted on all rows of a table that was
    sampled for the others (see `out_of_core`).
    """

    name: str
    family: str
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def view(self) -> View:
        """How it sees the features."""
        if self.params.get(READABLE):
            return self._readable_view
        for view in _VIEWS:
            if self.params.get(view):
                return view
        return FAMILIES[self.family].view

    @property
    def _readable_view(self) -> View:
        if FAMILIES[self.family].view == "tree":
            return "readable_tree"
        return "readable_curves" if self.params.get(CURVES) else "readable"

    @property
    def is_default(self) -> bool:
        """Whether it is the default candidate of its family, and not a variant."""
        return self.name == self.family


def fit_candidate(
    candidate: Candidate, rows: Rows, deadline: float, smearing: float | None = None
) -> Fit:
    """Fit until done or until the deadline (`time.monotonic()`).

    Args:
        candidate: Family and parameters.
        rows: What it sees.
        deadline: When it must end.
        smearing: What `log_target` multiplies 1 + prediction by, known from the folds.
    """
    family = FAMILIES[candidate.family]
    params = {key: value for key, value in candidate.params.items() if key not in COMMON}
    if not candidate.params.get(LOG):
        return family.fit(rows, params, deadline)
    valid = None if rows.y_valid is None else np.log1p(rows.y_valid)
    fit = family.fit(replace(rows, y=np.log1p(rows.y), y_valid=valid), params, deadline)
    return with_smearing(fit, rows.y, smearing)


def with_smearing(fit: Fit, y: Array, smearing: float | None) -> Fit:
    """Return a fit on the logarithm, with or without a factor, that predicts in the unit of `y`."""
    regressor = getattr(fit.estimator, "regressor_", fit.estimator)
    estimator = in_units(regressor, y, 1.0 if smearing is None else smearing)
    return fit._replace(estimator=estimator)


def is_skewed(y: Array) -> bool:
    """Return whether values are never negative and have a long upper tail (skewness above 1)."""
    spread = float(np.std(y))
    if spread == 0 or y.min() < 0:
        return False
    return float(np.mean(((y - y.mean()) / spread) ** 3)) > _SKEWED
