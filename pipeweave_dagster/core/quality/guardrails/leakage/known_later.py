"""PW201: columns declared as known only together with the target, or later."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

AFTER = frozenset({"after", "later", "outcome", "target", "with target", "never"})


def check(case: Case) -> Iterator[Hit]:
    """Block columns whose declared `known_at` is `after`, or not before that of the target.

    ISO dates are compared as dates; other values must equal the target's.
    """
    declared = {n: s.known_at.strip() for n, s in case.settings.columns.items() if s.known_at}
    if not declared:
        raise NotApplicableError("no column sets known_at")
    outcome = declared.get(case.target.name, "")
    for column in case.candidate_predictors:
        moment = declared.get(column.name, "")
        if moment and (moment.lower() in AFTER or _not_before(moment, outcome)):
            yield Hit(
                "blocked",
                f"Its known_at in pipeweave.yaml is '{moment[:60]}', which is not before the "
                "target is known.",
                [column.name],
                {"known_at": moment[:60], "target_known_at": outcome[:60]},
                "Drop the column, or correct its known_at.",
                drop(column.name),
            )


def _not_before(moment: str, outcome: str) -> bool:
    dated = moment[:4].isdigit() and outcome[:4].isdigit()
    return bool(outcome) and (moment >= outcome if dated else moment == outcome)


GUARDRAIL = Guardrail("PW201", "Columns are known at prediction time", "leakage", check)
