"""PW106: a deduced target or task with a plausible alternative."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError


def check(case: Case) -> Iterator[Hit]:
    """Report the open question of the schema deduction, so that it is not overlooked."""
    target = case.schema.target
    if target.name is None:
        raise NotApplicableError("there is no target")
    if target.question:
        yield Hit(
            "alerted",
            target.question,
            [target.name],
            {"confidence": round(target.confidence, 3), "reason": target.reason},
            "Set target: and task: in pipeweave.yaml to confirm or change this.",
            {"target": target.name, **({"task": target.task} if target.task else {})},
        )


GUARDRAIL = Guardrail("PW106", "Target and task are unambiguous", "target", check)
