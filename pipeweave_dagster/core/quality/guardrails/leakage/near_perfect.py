"""PW205: one column predicts the target almost perfectly, and no other comes close."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import DROP_OR_EXPLAIN, Guardrail, Hit, drop
from pipeweave_dagster.core.quality.target_measurements import NEAR_PERFECT_SKILL

MAX_RUNNER_UP_SKILL = 0.8  # the skill of a ROC AUC of 0.9
ROWS_PER_VALUE = 20
MIN_CLASS_ROWS = 20


def check(case: Case) -> Iterator[Hit]:
    """Block a column with an AUC of at least 0.995 if every other column has at most 0.9.

    A category with few rows per value may be a legitimate key (a product determines its price) and
    is only alerted, by PW210.
    """
    target = case.class_target
    if target.counts.min() < MIN_CLASS_ROWS and target.task == "binary":
        return
    for column in case.candidate_predictors:
        power = case.univariate_power[column.name]
        if power.skill < NEAR_PERFECT_SKILL:
            continue
        runner_up = case.best_other_skill(column)
        if runner_up > MAX_RUNNER_UP_SKILL:
            continue
        if not column.ordered and column.present < ROWS_PER_VALUE * column.distinct:
            continue
        yield Hit(
            "fixed" if column.info.role == "identifier" else "blocked",
            f"On its own it predicts the target with ROC AUC {power.value:.4f} out of sample; the "
            f"next best column reaches {(1 + runner_up) / 2:.3f}.",
            [column.name],
            {"auc": round(power.value, 5), "runner_up": round((1 + runner_up) / 2, 4)},
            DROP_OR_EXPLAIN,
            drop(column.name),
        )


GUARDRAIL = Guardrail("PW205", "Target is not leaked by a single feature", "leakage", check)
