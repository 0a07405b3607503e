"""From the chosen candidates to the members of the model files."""

import logging
import time
from dataclasses import replace
from typing import Any

from pipeweave_dagster.core.training.bundle import member
from pipeweave_dagster.core.training.clock import Clock
from pipeweave_dagster.core.training.ensemble import Weighted
from pipeweave_dagster.core.training.families import FAMILIES
from pipeweave_dagster.core.training.fitting import fit_candidate
from pipeweave_dagster.core.training.folds import FoldCache
from pipeweave_dagster.core.training.guard import OverrunError, within
from pipeweave_dagster.core.training.trial import Result

_log = logging.getLogger(__name__)

_MORE_ROUNDS = 1.1
_SLOWER = 1.3
_SEEDS = 3
_BIG_FOREST_ROWS = 5_000
_FORESTS = ("random_forest", "extra_trees")
_BOOSTERS = ("lightgbm", "xgboost")


def fold_members(weighted: Weighted) -> list[dict[str, Any]]:
    """The models of the folds, as they are: each row was unseen by one of them, test rows by all.

    Of large forests only two are taken, since each is large.
    """
    members = []
    for result, weight in weighted:
        fits = result.members
        if result.candidate.family in _FORESTS and len(result.oof) > _BIG_FOREST_ROWS:
            fits = fits[:2]
        members += [member(fit, data, weight / len(fits)) for fit, data in fits]
    return members


def refit_seconds(weighted: Weighted, rows: int) -> float:
    """How long fitting the chosen candidates on all rows is expected to take, once each."""
    return sum(_expected(result, rows) for result, _ in weighted)


def _expected(result: Result, rows: int) -> float:
    """More rows than in a fold cost in proportion (the pace holds the features, too)."""
    growth = rows / max(len(result.members[0][1].y), 1)
    return result.pace * growth * _SLOWER + 0.05


def refit(weighted: Weighted, cache: FoldCache, clock: Clock) -> list[dict[str, Any]] | None:
    """Fit the chosen candidates on all rows, with the rounds that the folds found best.

    Boosters are fitted with up to three seeds and averaged, if time allows.

    Returns:
        Members, or None if time did not suffice (then nothing of it is used).
    """
    rows = len(cache.problem.y)
    if refit_seconds(weighted, rows) > clock.left:
        return None
    try:
        return within(clock.left, lambda: _refit_all(weighted, cache, clock))
    except OverrunError as error:
        _log.warning("refit on all rows: %s", error)
        return None


def _refit_all(weighted: Weighted, cache: FoldCache, clock: Clock) -> list[dict[str, Any]] | None:
    rows = len(cache.problem.y)
    members: list[list[dict[str, Any]]] = []
    for result, _ in weighted:
        if _expected(result, rows) * 0.7 > clock.left:
            return None
        members.append([_refit_one(result, cache, clock, seed=0)])
    for seed in range(1, _SEEDS):
        for (result, _), fitted in zip(weighted, members, strict=True):
            if result.candidate.family in _BOOSTERS and _expected(result, rows) < 0.5 * clock.left:
                fitted.append(_refit_one(result, cache, clock, seed))
    return [
        {**one, "weight": weight / len(fitted)}
        for (_, weight), fitted in zip(weighted, members, strict=True)
        for one in fitted
    ]


def _refit_one(result: Result, cache: FoldCache, clock: Clock, seed: int) -> dict[str, Any]:
    family = FAMILIES[result.candidate.family]
    data = cache.get(family.view, -1)
    rounds = result.rounds
    if rounds is not None and result.candidate.family not in _FORESTS:
        rounds = max(1, round(rounds * _MORE_ROUNDS))
    rows = replace(cache.rows(family.view, data, rounds), seed=cache.problem.seed + seed)
    fit = fit_candidate(result.candidate, rows, time.time() + max(clock.left, 0.1))
    if fit.cut:
        _log.info("refit of %s was cut short by time", result.candidate.name)
    return member(fit, data)
