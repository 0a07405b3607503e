"""PW205: one column tells the target almost perfectly, and nothing else comes near."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop

ALMOST = 0.99  # the skill of a ROC AUC of 0.995
RUNNER_UP = 0.8
ROWS_PER_VALUE = 20
MIN_CLASS_ROWS = 20


def check(case: Case) -> Iterator[Hit]:
    """Block an AUC of at least 0.995 where the best honest column has at most 0.9.

    A category with few rows per value may be an honest key (a product that fixes its price) and is
    only alerted, by PW210.
    """
    if case.classes.counts.min() < MIN_CLASS_ROWS and case.classes.task == "binary":
        return
    for column in case.suspects:
        power = case.powers[column.name]
        if power.skill < ALMOST or case.honest_best > RUNNER_UP:
            continue
        if not column.ordered and column.present < ROWS_PER_VALUE * column.distinct:
            continue
        yield Hit(
            "fixed" if column.info.role == "identifier" else "blocked",
            f"Alone it tells the target with ROC AUC {power.value:.4f} on rows that it was not "
            f"learned from; the best other column reaches {(1 + case.honest_best) / 2:.3f}.",
            [column.name],
            {"auc": round(power.value, 5), "runner_up": round((1 + case.honest_best) / 2, 4)},
            "Leave the column out, or override with the reason why it is known beforehand.",
            drop(column.name),
        )


GUARDRAIL = Guardrail("PW205", "No column tells the target almost perfectly", "leakage", check)
