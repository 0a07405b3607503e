"""PW502: columns that name the row instead of describing it."""

import math
from collections.abc import Iterator
from typing import Any

from pipeweave_dagster.core.columns.predictive_power import Power
from pipeweave_dagster.core.documents import ColumnDeduction
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop
from pipeweave_dagster.core.quality.guardrails.leakage.strong_predictor import (
    STANDS_OUT,
    metric_name,
)
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

_NOISE = {"auc": 1.2, "r2": 2.0}
"""Four standard errors of a worthless column's figure, times the root of the rows it rests on."""
_LEAST = {"auc": 0.53, "r2": 0.02}


def check(case: Case) -> Iterator[Hit]:
    """Identifiers are left out; features with a different value in every row are suspected.

    Numbers that were given out in an order often tell when or where a row arose. One that alone
    tells something of the target, though by far not all of it, is used and an alert says so.
    """
    for info in case.table.infos:
        present = case.table.rows - info.missing
        unique = present >= 20 and info.distinct == present
        if info.role == "identifier":
            power = _power(case, info)
            yield _left_out(info) if power is None else _used(info, power)
        elif info.role == "feature" and unique and info.type in {"categorical", "identifier"}:
            yield Hit(
                "alerted",
                f"Every one of its {present:,} values is different, like those of an identifier.",
                [info.name],
                {"distinct": info.distinct},
                "Leave it out unless parts of the value mean something.",
                drop(info.name),
            )


def _left_out(info: ColumnDeduction) -> Hit:
    return Hit(
        "fixed",
        "It identifies the row and is not used as a feature.",
        [info.name],
        {"distinct": info.distinct, **({} if info.pii else {"reason": info.reason})},
        f"If it is a feature: `columns: {{{info.name}: {{type: categorical}}}}`.",
        drop(info.name),
    )


def _used(info: ColumnDeduction, power: Power) -> Hit:
    evidence: dict[str, Any] = {power.metric: round(power.value, 4), "distinct": info.distinct}
    return Hit(
        "alerted",
        "It identifies the row, yet its order tells something of the target "
        f"({metric_name(power.metric)} {power.value:.3f} alone, on rows it was "
        "not learned from), so it is used as a number. Scores hold for rows whose numbers lie "
        "among those seen; for later ones they may be worse.",
        [info.name],
        evidence,
        "Leave it out if the rows to predict are numbered otherwise or only go on from here.",
        drop(info.name),
    )


def _power(case: Case, info: ColumnDeduction) -> Power | None:
    """What the order of a plain number tells; None where it is nothing, or too much to be true."""
    if info.storage != "integer" or info.pii or info.distinct < case.table.rows // 2:
        return None
    try:
        power, target = case.powers.get(info.name), case.target
    except NotApplicableError:
        return None
    if power is None or not _LEAST[power.metric] <= power.value < STANDS_OUT[power.metric]:
        return None
    rows = int(target.known.sum())
    if power.metric == "auc":
        rows -= int(target.counts.max())  # what all the other classes have; of two, the rarer one
    chance = 0.5 if power.metric == "auc" else 0.0
    return power if power.value - chance > _NOISE[power.metric] / math.sqrt(rows) else None


GUARDRAIL = Guardrail("PW502", "Identifiers are no features", "columns", check)
