"""New candidates near the best ones: the adaptive part of the search.

A local search with restarts: a good candidate's parameters are moved a little (in logarithms where
only the magnitude matters), and sometimes drawn afresh, family by family in proportion to how well
they do. Equal results in equal order give equal proposals.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from pipeweave_dagster.core.training.families.candidate import (
    CROSSED,
    CURVES,
    LOG,
    PLAIN,
    Candidate,
)
from pipeweave_dagster.core.training.search.cv_result import CvResult
from pipeweave_dagster.core.training.search.learning_rate import FASTEST


class Range(NamedTuple):
    """Where a number lies, whether its magnitude is what counts, and of which kind it is."""

    low: float
    high: float
    usual: float
    magnitude: bool = True
    whole: bool = False
    yes_or_no: bool = False

    def faster(self, haste: float) -> "Range":
        """The range of a learning rate where time is short."""
        high = min(max(self.high, FASTEST), self.high * haste)
        # In great haste the whole range would lie beyond what is sensible.
        low = min(self.low * haste, high / 2)
        return self._replace(low=low, high=high, usual=min(high, self.usual * haste))


SPACES: dict[str, dict[str, Range]] = {
    "lightgbm": {
        "num_leaves": Range(4, 160, 31, whole=True),
        "learning_rate": Range(0.012, 0.12, 0.05),
        "min_child_samples": Range(1, 80, 20, whole=True),
        "colsample_bytree": Range(0.3, 1.0, 0.8, magnitude=False),
        "subsample": Range(0.6, 1.0, 0.9, magnitude=False),
        "reg_lambda": Range(0.01, 20, 0.3),
        "extra_trees": Range(0, 1, 0, magnitude=False, yes_or_no=True),
    },
    "xgboost": {
        "max_depth": Range(3, 11, 6, magnitude=False, whole=True),
        "learning_rate": Range(0.015, 0.15, 0.06),
        "min_child_weight": Range(0.5, 30, 2),
        "colsample_bytree": Range(0.3, 1.0, 0.8, magnitude=False),
        "subsample": Range(0.5, 1.0, 0.8, magnitude=False),
        "reg_lambda": Range(0.05, 20, 1),
    },
    "catboost": {
        "depth": Range(3, 9, 6, magnitude=False, whole=True),
        "learning_rate": Range(0.03, 0.2, 0.1),
        "l2_leaf_reg": Range(0.5, 20, 3),
        "random_strength": Range(0.2, 5, 1),
        "bagging_temperature": Range(0, 1.5, 1, magnitude=False),
    },
    "hist_gradient_boosting": {
        "max_leaf_nodes": Range(4, 100, 31, whole=True),
        "learning_rate": Range(0.02, 0.15, 0.06),
        "min_samples_leaf": Range(2, 60, 20, whole=True),
        "l2_regularization": Range(0.01, 20, 1),
    },
    "extra_trees": {
        "max_features": Range(0.2, 1.0, 0.6, magnitude=False),
        "min_samples_leaf": Range(1, 20, 1, whole=True),
    },
    "random_forest": {
        "max_features": Range(0.2, 1.0, 0.4, magnitude=False),
        "min_samples_leaf": Range(1, 20, 1, whole=True),
    },
    "mlp": {
        "alpha": Range(1e-5, 1, 1e-3),
        "learning_rate": Range(3e-4, 6e-3, 2e-3),
    },
    "svm": {"C": Range(0.2, 100, 4), "gamma": Range(0.1, 5, 1)},
    "linear": {"C": Range(1e-3, 100, 1), "alpha": Range(1e-3, 1000, 1)},
}
_KEPT = (LOG, CROSSED, CURVES, PLAIN, "hidden")
_STEP = 0.18
_FRESH = 0.25
_LEADERS = 8
_OF_FAMILY = 2


def propose(ranked: list[CvResult], number: int, seed: int, haste: float = 1.0) -> Candidate | None:
    """The next candidate.

    Args:
        ranked: Results so far, best first.
        number: How many were proposed before (part of the name, and of the random draws).
        seed: Of the training.
        haste: By which learning rates are higher than usual, since time is short.

    Returns:
        A candidate, or None if no family that has done well has a space to search.
    """
    leaders = _leaders(ranked)
    if not leaders:
        return None
    rng = np.random.default_rng([seed, number])
    chances = 1.0 / np.arange(1.0, len(leaders) + 1)
    base = leaders[int(rng.choice(len(leaders), p=chances / chances.sum()))].candidate
    fresh = bool(rng.random() < _FRESH)
    params: dict[str, Any] = {k: v for k, v in base.params.items() if k in _KEPT}
    for name, usual in SPACES[base.family].items():
        space = usual.faster(haste) if name == "learning_rate" else usual
        at = _place(space, base.params.get(name, space.usual))
        at = rng.random() if fresh else float(np.clip(at + rng.normal(0, _STEP), 0, 1))
        params[name] = _value(space, at)
    return Candidate(f"{base.family}_{number + 1}", base.family, params)


def _leaders(ranked: list[CvResult]) -> list[CvResult]:
    """The best two of each family, best first: a mixture gains from more than one family."""
    counts: dict[str, int] = {}
    leaders = []
    for result in ranked:
        family = result.candidate.family
        counts[family] = counts.get(family, 0) + 1
        if family in SPACES and counts[family] <= _OF_FAMILY:
            leaders.append(result)
    return leaders[:_LEADERS]


def _place(space: Range, value: Any) -> float:
    """Where a value lies between the ends, 0 to 1."""
    number = float(value) if isinstance(value, int | float) else space.usual
    low, high = space.low, space.high
    if space.magnitude:
        low, high, number = math.log(low), math.log(high), math.log(max(number, low))
    return min(1.0, max(0.0, (number - low) / (high - low)))


def _value(space: Range, at: float) -> float | int | bool:
    if space.yes_or_no:
        return at >= 0.5
    if space.magnitude:
        value = space.low * (space.high / space.low) ** at
    else:
        value = space.low + (space.high - space.low) * at
    return round(value) if space.whole else float(f"{value:.4g}")
