"""How far learning rates of boosting are raised so that it ends within the budget.

A learning rate of 0.05 is a good one where time does not matter. On many rows or classes its
hundreds of rounds do not fit into a short budget, and boosting that is cut half-way is worse than
boosting in larger steps that came to its end.
"""

import math

from pipeweave_dagster.core.families import FAMILIES
from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.families.search_space import MAX_LEARNING_RATE
from pipeweave_dagster.core.training.data.fold_features import Problem

_ROUNDS = 1_000
"""Rounds at the usual rate that suffice in nearly all cases."""
_TREE_S, _CELL_S = 0.4e-3, 12e-9
"""Seconds of a tree at least, and per cell (measured on one core of 2024)."""
_SHARE = 0.1
"""Share of the budget that one candidate should take for one fold."""
_LEAST_GAIN = 1.5
"""Factor on a learning rate below which a fit is not repeated with a higher one."""


def rate_scale_of(problem: Problem, budget_s: float) -> float:
    """Return the factor for learning rates, from 1 (there is time enough), in steps of a half.

    Args:
        problem: Gives the number of rows, columns and classes.
        budget_s: Seconds that all of training may take.
    """
    rows, columns = len(problem.folds[0][0]), problem.features.shape[1]
    trees = _ROUNDS * (problem.classes if problem.classes > 2 else 1)
    seconds = trees * (_TREE_S + _CELL_S * rows * columns / (problem.threads or 1))
    return max(1.0, math.floor(2 * seconds / (_SHARE * budget_s)) / 2)


def can_learn_faster(candidate: Candidate) -> bool:
    """Return whether the learning rate of a candidate can be raised by half or more.

    Example:
        >>> can_learn_faster(Candidate("lightgbm", "lightgbm", {}))
        True
        >>> can_learn_faster(Candidate("lightgbm", "lightgbm", {"learning_rate": 0.2}))
        False
        >>> can_learn_faster(Candidate("linear", "linear", {}))
        False
    """
    usual = FAMILIES[candidate.family].learning_rate
    if usual is None:
        return False
    rate = float(candidate.params.get("learning_rate", usual))
    return rate * _LEAST_GAIN <= MAX_LEARNING_RATE


def with_scaled_rate(candidate: Candidate, rate_scale: float) -> Candidate:
    """Return the candidate with a learning rate that is so many times higher (at most 0.25)."""
    usual = FAMILIES[candidate.family].learning_rate
    if usual is None or rate_scale <= 1:
        return candidate
    rate = float(candidate.params.get("learning_rate", usual))
    scaled = round(min(MAX_LEARNING_RATE, rate * rate_scale), 4)
    params = {**candidate.params, "learning_rate": scaled}
    return Candidate(candidate.name, candidate.family, params)
