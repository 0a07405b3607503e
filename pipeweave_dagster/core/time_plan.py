"""How the seconds of a run are divided: training, then scores, then all that explains them.

The whole command may take ten seconds more than its budget. Within these ten it starts, registers
the model and computes its scores; what explains them has a slice of its own.
"""

_BEYOND_S = 10.0
_AROUND_S = 5.0
"""Seconds for imports, for registering the model and for ending the run."""
_SCORES_S = 5.0
"""Seconds after the training by which the scores are known and the alias is decided."""
CANARY_S = 2.5
"""Of these, what the leak canary may take: a model whose canary trips gets no alias."""
_SLICE_SHARE, _LEAST_SLICE_S, _MOST_SLICE_S = 0.1, 5.0, 30.0
_ENDING_S = 1.5
"""Seconds after the slice, in which the card is stored and logged and the processes end."""
_LEAST_OF_SLICE = 0.5
_LEAST_TRAINING = 0.75
"""Share of a small budget that training gets in any case."""


def slice_s(budget_s: float) -> float:
    """Return the seconds for what explains the scores: a tenth of the budget, 5 to 30 s.

    A budget below 5 s is of somebody who wants an answer at once, so the slice is as long as it.

    Example:
        >>> slice_s(2), slice_s(20), slice_s(60), slice_s(600)
        (2, 5.0, 6.0, 30.0)
    """
    least_s = min(_LEAST_SLICE_S, budget_s)
    return min(_MOST_SLICE_S, max(least_s, _SLICE_SHARE * budget_s))


def slice_left_s(slice_s: float, budget_s: float, used_s: float) -> float:
    """Return what is left of a slice so that the command ends in time, at least half of it.

    Storing and registering a large model takes longer than planned.

    Args:
        slice_s: The planned seconds.
        budget_s: Seconds of the budget, extended if it was.
        used_s: Seconds since the run began.

    Example:
        >>> [slice_left_s(5.0, 20.0, used_s) for used_s in (22.0, 25.0, 40.0)]
        [5.0, 3.5, 2.5]
    """
    left_s = budget_s + _BEYOND_S - _ENDING_S - used_s
    return min(slice_s, max(_LEAST_OF_SLICE * slice_s, left_s))


def training_s(budget_s: float) -> float:
    """Return the seconds from the start of the run until the model is to be there.

    Example:
        >>> training_s(20), training_s(60), training_s(600)
        (15.0, 54.0, 570.0)
    """
    after_s = _AROUND_S + _SCORES_S + slice_s(budget_s)
    return max(_LEAST_TRAINING * budget_s, budget_s + _BEYOND_S - after_s)
