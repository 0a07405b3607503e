"""From the winner of the search to the members of the model file."""

import logging
import time
from typing import Any

from pipeweave_dagster.core.training.bundle import member
from pipeweave_dagster.core.training.clock import Clock
from pipeweave_dagster.core.training.families import FAMILIES
from pipeweave_dagster.core.training.folds import FoldCache
from pipeweave_dagster.core.training.guard import OverrunError, within
from pipeweave_dagster.core.training.trial import Result

_log = logging.getLogger(__name__)


def final_members(
    winner: Result, cache: FoldCache, clock: Clock
) -> tuple[list[dict[str, Any]], list[str]]:
    """Refit the winner on all training rows, or average its fold models if time is short.

    Returns:
        Members for the bundle, and notes that say which of the two was done.
    """
    expected = 1.3 * winner.pace
    left = clock.left + clock.reserve_s * 0.5
    if expected < left:
        try:
            return [within(left, lambda: _refit(winner, cache, left))], []
        except OverrunError as error:
            _log.warning("refit of %s: %s", winner.candidate.name, error)
    note = "No time was left to refit on all training rows: the models of the folds are averaged."
    return [member(fit, data) for fit, data in winner.members], [note]


def _refit(winner: Result, cache: FoldCache, left: float) -> dict[str, Any]:
    family = FAMILIES[winner.candidate.family]
    deadline = time.time() + left
    data = cache.get(family.view, -1)
    fit = family.fit(
        cache.rows(family.view, data, winner.rounds), winner.candidate.params, deadline
    )
    return member(fit, data)
