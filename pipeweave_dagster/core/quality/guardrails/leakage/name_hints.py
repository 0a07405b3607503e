"""PW213: the name of a column hints that it is known only with the outcome."""

import re
from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop

MIN_SKILL = 0.1
"""A column that tells less of the target cannot mislead much, whatever its name."""
_OUTCOME = "target label outcome result prediction predicted pred actual truth leak"
_LATER = (
    "after post final finally closed closing resolved resolution settled settlement paid payout "
    "refund refunded recovered recovery cancelled canceled cancellation returned discharge "
    "discharged death died deceased duration elapsed"
)
OUTCOME, LATER = frozenset(_OUTCOME.split()), frozenset(_LATER.split())
_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


def check(case: Case) -> Iterator[Hit]:
    """Alert on names of outcomes, predictions and later events, and on variants of the target's.

    Only for columns that tell something of the target; whether they are known in time, a name
    cannot prove.
    """
    own = _words(case.target.name)
    for column in case.suspects:
        declared = case.settings.columns.get(column.name)
        if case.powers[column.name].skill < MIN_SKILL or (declared and declared.known_at):
            continue
        why = _why(_words(column.name), own)
        if why:
            yield Hit(
                "alerted",
                f"Its name {why}, and it tells something of the target. It may be known only with "
                "the outcome.",
                [column.name],
                {"skill": round(case.powers[column.name].skill, 4)},
                "Say when it is known (`known_at`), or leave it out.",
                drop(column.name),
            )


def _why(words: list[str], own: list[str]) -> str | None:
    """What the name hints at, in words; None if at nothing."""
    if found := sorted(OUTCOME & set(words) - set(own)):
        return f"speaks of an outcome ('{found[0]}')"
    if found := sorted(LATER & set(words) - set(own)):
        return f"speaks of something later ('{found[0]}')"
    telling = [word for word in own if len(word) >= 3]
    if len(telling) >= 2 and all(any(_alike(w, word) for w in words) for word in telling):
        return "is nearly that of the target"
    return None


def _alike(a: str, b: str) -> bool:
    """Equal, or one the beginning of the other: `pass` and `passed`."""
    short, long = sorted((a, b), key=len)
    return len(short) >= 3 and long.startswith(short) and len(long) - len(short) <= 3


def _words(name: str) -> list[str]:
    return [part.lower() for part in _PARTS.findall(name[:200])]


GUARDRAIL = Guardrail("PW213", "No name hints at the outcome", "leakage", check)
