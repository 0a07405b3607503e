"""PW210: one column alone predicts the target suspiciously well."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop

STRONG_POWER = {"auc": 0.95, "r2": 0.9}
OUTLIER_POWER = {"auc": 0.85, "r2": 0.6}
"""From here on a column is reported if it is far ahead of the median column."""
MIN_LEAD = 0.6


def check(case: Case) -> Iterator[Hit]:
    """Alert only: a legitimate strong predictor looks the same, so a person has to decide."""
    skills = sorted(p.skill for p in case.univariate_power.values())
    median = skills[(len(skills) - 1) // 2] if skills else 0.0
    for name, power in case.univariate_power.items():
        outlier = power.value >= OUTLIER_POWER[power.metric] and power.skill - median >= MIN_LEAD
        if not (power.value >= STRONG_POWER[power.metric] or outlier):
            continue
        yield Hit(
            "alerted",
            f"On its own it predicts the target with {metric_name(power.metric)} "
            f"{power.value:.3f} out of sample. It is either a very strong predictor or known only "
            "after the outcome.",
            [name],
            {power.metric: round(power.value, 4), "median_skill": round(median, 4)},
            "Drop it if it is not known at prediction time.",
            drop(name),
        )


def metric_name(metric: str) -> str:
    """Return the display name of a metric."""
    return {"auc": "ROC AUC", "r2": "R²"}[metric]


GUARDRAIL = Guardrail("PW210", "No single feature is suspiciously predictive", "leakage", check)
