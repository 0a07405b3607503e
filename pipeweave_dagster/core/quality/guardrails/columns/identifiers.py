"""PW502: columns that identify the row instead of describing it."""

from collections.abc import Iterator
from typing import Any

from pipeweave_dagster.core.columns.predictive_power import Power
from pipeweave_dagster.core.documents import ColumnDeduction
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop
from pipeweave_dagster.core.quality.guardrails.leakage.strong_predictor import metric_name
from pipeweave_dagster.core.quality.identifier_order import power_of_order


def check(case: Case) -> Iterator[Hit]:
    """Drop identifiers; alert on predictive row numbers (used) and on all-distinct features.

    Consecutively assigned numbers often encode when or where a row was created. One that predicts
    the target to some degree, but far from perfectly, is used as a feature, unless it is the
    declared `id`: rows to predict have other ones, so it would look like drift in each batch.
    """
    for info in case.table.infos:
        present = case.table.rows - info.missing
        unique = present >= 20 and info.distinct == present
        if info.name == case.settings.id:
            yield _declared(info)
        elif info.role == "identifier":
            power = power_of_order(case, info)
            yield _dropped(info) if power is None else _used(info, power)
        elif info.role == "feature" and unique and info.type in {"categorical", "identifier"}:
            yield Hit(
                "alerted",
                f"All {present:,} values are distinct, as in an identifier.",
                [info.name],
                {"distinct": info.distinct},
                "Drop it unless parts of the value are meaningful.",
                drop(info.name),
            )


def _declared(info: ColumnDeduction) -> Hit:
    return Hit(
        "fixed",
        "It is declared as the id of a row, so it is not used as a feature.",
        [info.name],
        {"distinct": info.distinct},
        "No action needed.",
        drop(info.name),
    )


def _dropped(info: ColumnDeduction) -> Hit:
    return Hit(
        "fixed",
        "It identifies the row, so it is not used as a feature.",
        [info.name],
        {"distinct": info.distinct, **({} if info.pii else {"reason": info.reason})},
        f"If it is a feature, set columns: {{{info.name}: {{type: categorical}}}}.",
        drop(info.name),
    )


def _used(info: ColumnDeduction, power: Power) -> Hit:
    evidence: dict[str, Any] = {power.metric: round(power.value, 4), "distinct": info.distinct}
    return Hit(
        "alerted",
        "It identifies the row, but its order is predictive of the target "
        f"({metric_name(power.metric)} {power.value:.3f} on its own, out of sample), so it is used "
        "as a number. Scores hold within the range of numbers seen in training and may be worse "
        "beyond it.",
        [info.name],
        evidence,
        "Drop it if the rows to predict are numbered differently or continue the numbering.",
        drop(info.name),
    )


GUARDRAIL = Guardrail("PW502", "Identifiers are not used as features", "columns", check)
