"""PW106: the target or its task was deduced, and something else is possible."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError


def check(case: Case) -> Iterator[Hit]:
    """Pass on the question of the schema deduction, so that it is not overlooked."""
    target = case.schema.target
    if target.name is None:
        raise NotApplicableError("there is no target")
    if target.question:
        yield Hit(
            "alerted",
            target.question,
            [target.name],
            {"confidence": round(target.confidence, 3), "reason": target.reason},
            "Answer it in pipeweave.yaml (`target:`, `task:`), then it is not asked again.",
            {"target": target.name, **({"task": target.task} if target.task else {})},
        )


GUARDRAIL = Guardrail("PW106", "The task is clear", "target", check)
