"""PW210: a column alone predicts the target far better than all others."""

from collections.abc import Iterator

from pipeweave_dagster.core.columns.one_hot import one_hot_groups
from pipeweave_dagster.core.columns.predictive_power import power
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop
from pipeweave_dagster.core.quality.target_measurements import NEAR_PERFECT_SKILL

STRONG_SKILL, STRONG_LEAD = 0.9, 0.2
"""A ROC AUC of 0.95 or an R² of 0.9. Where others come close, the target is easy to predict."""
LONE_SKILL, LONE_LEAD = 0.75, 0.55
"""A single column may have less skill if the next best one has hardly any."""
COMPANION_SKILL, COMPANION_LEAD = 0.65, 0.5
"""For tables with a proven leak, which rarely comes alone: skill, and lead over the median."""
MAX_SHARE = 1 / 3
"""Of the columns, at most this share can be far ahead of the others."""
MAX_LEADERS = 5


def check(case: Case) -> Iterator[Hit]:
    """Alert on one or a few columns far ahead of all others; a person has to decide.

    A legitimate strong predictor looks the same. Where many columns are strong, no finding would
    help: the target is easy to predict.
    """
    skills = sorted(((p.skill, name) for name, p in case.univariate_power.items()), reverse=True)
    count = max(_leaders([s for s, _ in skills]), _companions([s for s, _ in skills], case))
    next_best = skills[count][0] if count < len(skills) else 0.0
    leaders = [name for _, name in skills[:count]]
    for name in leaders:
        metric, value = case.univariate_power[name].metric, case.univariate_power[name].value
        yield Hit(
            "alerted",
            f"On its own it predicts the target with {metric_name(metric)} {value:.3f} out of "
            f"sample; {_others(leaders, name)} reach {_as_metric(metric, next_best):.3f} at most. "
            "It is either a very strong predictor or known only after the outcome.",
            [name],
            {metric: round(value, 4), "next_best": round(_as_metric(metric, next_best), 4)},
            "Drop it if it is not known at prediction time.",
            drop(name),
        )
    yield from _encoded(case, next_best)


def _others(leaders: list[str], name: str) -> str:
    """Return what the columns that do not stand out are called beside one that does."""
    beside = [other for other in leaders if other != name]
    if not beside:
        return "the other columns"
    named = f"'{beside[0][:80]}'" if len(beside) == 1 else f"{len(beside)} that stand out as well"
    return f"apart from {named}, the other columns"


def _leaders(skills: list[float]) -> int:
    """Return how many columns are far ahead of the next one; 0 if none."""
    most = min(MAX_LEADERS, max(1, int(MAX_SHARE * len(skills))))
    if len(skills) < 2:
        return 0
    if skills[0] >= NEAR_PERFECT_SKILL:
        return sum(skill >= NEAR_PERFECT_SKILL for skill in skills)
    for count in range(1, most + 1):
        skill, rest = skills[count - 1], ([*skills, 0.0])[count]
        lone = count == 1 and skill >= LONE_SKILL and skill - rest >= LONE_LEAD
        if lone or (skill >= STRONG_SKILL and skill - rest >= STRONG_LEAD):
            return count
    return 0


def _companions(skills: list[float], case: Case) -> int:
    """Return how many columns are far ahead of the median one, if the table has a proven leak."""
    if not case.proven_leaks:
        return 0
    least = max(COMPANION_SKILL, skills[len(skills) // 2] + COMPANION_LEAD)
    return sum(skill >= least for skill in skills)


def _encoded(case: Case, next_best: float) -> Iterator[Hit]:
    """Yield one-hot encoded categories that predict the target like one very strong column."""
    for flags, category in one_hot_groups(case.candidate_predictors):
        found = power(category, len(flags), case.target, case.half_of_row)
        names = [flag.name for flag in flags]
        rest = [p.skill for n, p in case.univariate_power.items() if n not in names]
        others = max((skill for skill in rest if skill < STRONG_SKILL), default=next_best)
        if found.skill < STRONG_SKILL or found.skill - others < STRONG_LEAD:
            continue
        yield Hit(
            "alerted",
            f"Each row has exactly one of these {len(names)} flags; together they predict the "
            f"target with {metric_name(found.metric)} {found.value:.3f} out of sample. They are "
            "either a very strong predictor or the outcome, one-hot encoded.",
            names,
            {found.metric: round(found.value, 4), "flags": len(names)},
            "Drop them if they are not known at prediction time.",
            drop(*names),
        )


def _as_metric(metric: str, skill: float) -> float:
    return (1 + skill) / 2 if metric == "auc" else skill


def metric_name(metric: str) -> str:
    """Return the display name of a metric."""
    return {"auc": "ROC AUC", "r2": "R²"}[metric]


GUARDRAIL = Guardrail(
    "PW210", "No single feature is suspiciously predictive", "leakage", check, after_proofs=True
)
