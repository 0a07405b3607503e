"""How fast boosting must learn to be done within the budget.

A learning rate of 0.05 is a good one where time does not matter. On many rows or classes its
hundreds of rounds do not fit into a short budget, and boosting that is cut half-way is worse than
boosting in larger steps that came to its end.
"""

import math

from pipeweave_dagster.core.training.data.fold_features import Problem
from pipeweave_dagster.core.training.families.candidate import Candidate

_USUAL = {"lightgbm": 0.05, "xgboost": 0.06, "hist_gradient_boosting": 0.06, "catboost": 0.1}
FASTEST = 0.25
_ROUNDS = 1_000
"""So many rounds at the usual rate come to their end in nearly all cases."""
_TREE_S, _CELL_S = 0.4e-3, 12e-9
"""What a tree costs at least, and for each cell (measured on one core of 2024)."""
_PART = 0.1
"""Of the budget, that one candidate should take for one fold."""


def haste_of(problem: Problem, budget_s: float) -> float:
    """A factor for learning rates, from 1 (there is time enough) upwards, in steps of a half.

    Args:
        problem: Gives the number of rows, columns and classes.
        budget_s: Seconds that all of training may take.
    """
    rows, columns = len(problem.folds[0][0]), problem.features.shape[1]
    trees = _ROUNDS * (problem.classes if problem.classes > 2 else 1)
    seconds = trees * (_TREE_S + _CELL_S * rows * columns / (problem.threads or 1))
    return max(1.0, math.floor(2 * seconds / (_PART * budget_s)) / 2)


def hastened(candidate: Candidate, haste: float) -> Candidate:
    """The candidate with a learning rate that is so many times higher (up to 0.25)."""
    usual = _USUAL.get(candidate.family)
    if usual is None or haste <= 1:
        return candidate
    rate = float(candidate.params.get("learning_rate", usual))
    params = {**candidate.params, "learning_rate": round(min(FASTEST, rate * haste), 4)}
    return Candidate(candidate.name, candidate.family, params)
