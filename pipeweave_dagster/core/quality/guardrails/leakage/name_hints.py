"""PW213: column names that suggest an outcome or a later event."""

import re
from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop

SAME_NOUN_SKILL = 0.6
MIN_SKILL = 0.1
"""A less predictive column cannot mislead much, whatever its name."""
_OUTCOME = "target label outcome result prediction predicted pred actual truth leak"
_LATER = (
    "after post final finally closed closing resolved resolution settled settlement paid payout "
    "refund refunded recovered recovery recoveries reimbursed chargeoff writeoff cancelled "
    "canceled cancellation returned disposition discharge discharged death died deceased survived "
    "churned delivered completed arrived fulfilled terminated duration elapsed"
)
OUTCOME, LATER = frozenset(_OUTCOME.split()), frozenset(_LATER.split())
_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


def check(case: Case) -> Iterator[Hit]:
    """Alert on predictive columns named like an outcome, a later event or the target.

    A name cannot prove when a column is known, so nothing is blocked.
    """
    target_words = _words(case.target.name)
    for column in case.candidate_predictors:
        setting = case.settings.columns.get(column.name)
        skill = case.univariate_power[column.name].skill
        if skill < MIN_SKILL or (setting and setting.known_at):
            continue
        if hint := _hint(_words(column.name), target_words, skill):
            yield Hit(
                "alerted",
                f"Its name {hint}, and it is predictive of the target. It may be known only after "
                "the outcome.",
                [column.name],
                {"skill": round(skill, 4)},
                "Set known_at to declare when it is known, or drop it.",
                drop(column.name),
            )


def _hint(words: list[str], target_words: list[str], skill: float) -> str | None:
    """Return what the name suggests, as a predicate of the message; None if nothing."""
    if outcome := sorted(OUTCOME & set(words) - set(target_words)):
        return f"suggests an outcome ('{outcome[0]}')"
    if later := sorted(LATER & set(words) - set(target_words)):
        return f"suggests a later event ('{later[0]}')"
    long_words = [word for word in target_words if len(word) >= 3]
    if len(long_words) >= 2 and all(any(_similar(w, word) for w in words) for word in long_words):
        return "resembles that of the target"
    # `dep_delay` and `arr_delay`: the same quantity at another time.
    same_noun = bool(words) and words[-1:] == target_words[-1:] and len(words[-1]) >= 4
    if same_noun and len(target_words) >= 2 and skill >= SAME_NOUN_SKILL:
        return f"ends like that of the target ('{words[-1]}')"
    return None


def _similar(a: str, b: str) -> bool:
    """Return whether words are equal up to a short suffix, such as `pass` and `passed`."""
    short, long = sorted((a, b), key=len)
    return len(short) >= 3 and long.startswith(short) and len(long) - len(short) <= 3


def _words(name: str) -> list[str]:
    return [part.lower() for part in _PARTS.findall(name[:200])]


GUARDRAIL = Guardrail("PW213", "Column names do not suggest the outcome", "leakage", check)
