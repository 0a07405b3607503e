"""New candidates near the best ones: the adaptive part of the search.

A local search with restarts: the parameters of a good candidate are changed a little (on a
logarithmic scale where only the magnitude matters), and sometimes drawn afresh, family by family in
proportion to how well they do. Equal results in equal order give equal proposals.
"""

import math
from typing import Any

import numpy as np

from pipeweave_dagster.core.families import FAMILIES
from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.families.search_space import CROSSED, CURVES, GROUPED, LOG, PLAIN, Range
from pipeweave_dagster.core.training.search.cv_result import CvResult

_KEPT = (LOG, CROSSED, GROUPED, CURVES, PLAIN)
_STEP = 0.18
_REDRAWN = 0.25
_MAX_LEADERS = 8
_PER_FAMILY = 2


def propose(
    ranked: list[CvResult], number: int, seed: int, rate_scale: float = 1.0
) -> Candidate | None:
    """Return the next candidate, or None if no family that has done well has a search space.

    Args:
        ranked: Results so far, best first.
        number: Number of earlier proposals (part of the name, and of the random draws).
        seed: Seed of the training.
        rate_scale: Factor for learning rates where time is short (see `learning_rate`).
    """
    leaders = _leaders(ranked)
    if not leaders:
        return None
    rng = np.random.default_rng([seed, number])
    chances = 1.0 / np.arange(1.0, len(leaders) + 1)
    base = leaders[int(rng.choice(len(leaders), p=chances / chances.sum()))].candidate
    redrawn = bool(rng.random() < _REDRAWN)
    family = FAMILIES[base.family]
    kept = (*_KEPT, *family.kept_params)
    params: dict[str, Any] = {k: v for k, v in base.params.items() if k in kept}
    for name, usual in family.space.items():
        space = usual.scaled(rate_scale) if name == "learning_rate" else usual
        at = _position(space, base.params.get(name, space.usual))
        at = rng.random() if redrawn else float(np.clip(at + rng.normal(0, _STEP), 0, 1))
        params[name] = _value(space, at)
    return Candidate(f"{base.family}_{number + 1}", base.family, params)


def _leaders(ranked: list[CvResult]) -> list[CvResult]:
    """Return the best two of each family, best first: an ensemble gains from several families."""
    counts: dict[str, int] = {}
    leaders = []
    for result in ranked:
        family = result.candidate.family
        counts[family] = counts.get(family, 0) + 1
        if FAMILIES[family].space and counts[family] <= _PER_FAMILY:
            leaders.append(result)
    return leaders[:_MAX_LEADERS]


def _position(space: Range, value: Any) -> float:
    """Return where a value is in its range, from 0 to 1."""
    number = float(value) if isinstance(value, int | float) else space.usual
    low, high = space.low, space.high
    if space.log_scale:
        low, high, number = math.log(low), math.log(high), math.log(max(number, low))
    return min(1.0, max(0.0, (number - low) / (high - low)))


def _value(space: Range, at: float) -> float | int | bool:
    """Return the value at a position in its range."""
    if space.boolean:
        return at >= 0.5
    if space.log_scale:
        value = space.low * (space.high / space.low) ** at
    else:
        value = space.low + (space.high - space.low) * at
    return round(value) if space.integer else float(f"{value:.4g}")
