"""PW101: a missing or unusable target."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit


def check(case: Case) -> Iterator[Hit]:
    """Block without a usable target: training on a guessed one would be meaningless."""
    target = case.schema.target
    if target.name is None:
        candidates = ", ".join(target.candidates[:5])
        yield Hit(
            "blocked",
            "No target column is set, and no column is a plausible target by its name, position "
            "and values.",
            evidence={"candidates": target.candidates[:20]},
            proposal=(
                "Set the column to predict: target: NAME in pipeweave.yaml, or --target NAME."
                + (f" Candidates: {candidates}." if candidates else "")
            ),
        )
    elif target.task is None:
        yield Hit(
            "blocked",
            f"The target cannot be used. {target.reason}",
            [target.name],
            proposal="Choose another target, or upload rows with other outcomes too.",
        )
    elif case.table.target is None:
        yield Hit(
            "blocked",
            f"The target cannot be used for {target.task}: it has no values of that kind.",
            [target.name],
            proposal="Choose another target, or set task: in pipeweave.yaml.",
        )


GUARDRAIL = Guardrail("PW101", "Target column is usable", "target", check)
