"""PW210: one column alone tells the target suspiciously well."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop

STRONG = {"auc": 0.95, "r2": 0.9}
STANDS_OUT = {"auc": 0.85, "r2": 0.6}
"""From here on a column is named if it is far ahead of the median column."""


def check(case: Case) -> Iterator[Hit]:
    """Alert only: an honest strong predictor looks the same, so a person has to decide."""
    skills = sorted(p.skill for p in case.powers.values())
    middle = skills[(len(skills) - 1) // 2] if skills else 0.0
    for name, power in case.powers.items():
        out = power.value >= STANDS_OUT[power.metric] and power.skill - middle >= 0.6
        if not (power.value >= STRONG[power.metric] or out):
            continue
        yield Hit(
            "alerted",
            f"Alone it predicts the target with {metric_name(power.metric)} {power.value:.3f} on "
            "rows it was not learned from. Either it is a very good predictor, or it is known only "
            "after the outcome.",
            [name],
            {power.metric: round(power.value, 4), "median_skill": round(middle, 4)},
            "If it is not known when the prediction is made, leave it out.",
            drop(name),
        )


def metric_name(metric: str) -> str:
    """How people call it."""
    return {"auc": "ROC AUC", "r2": "R²"}[metric]


GUARDRAIL = Guardrail("PW210", "No column alone tells the target", "leakage", check)
