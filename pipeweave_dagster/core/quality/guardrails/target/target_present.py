"""PW101: a missing or unusable target."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.schema.no_target import offered


def check(case: Case) -> Iterator[Hit]:
    """Ask for the target if none is set or plausible; block one that cannot be used.

    A guessed target would make the model meaningless, but its absence is no fault of the data:
    report and findings are complete without it.
    """
    target = case.schema.target
    if target.name is None:
        if target.source != "settings":  # target: none
            yield _question(offered(target))
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


def _question(candidates: list[str]) -> Hit:
    return Hit(
        "alerted",
        "Which column should be predicted? No target is set, and no column is a plausible target "
        "by its name, position and values. No model is trained until then.",
        evidence={"candidates": candidates},
        proposal=(
            "Set the column to predict: target: NAME in pipeweave.yaml, or --target NAME; or "
            "target: none if none is wanted."
            + (f" Candidates: {', '.join(candidates)}." if candidates else "")
        ),
    )


GUARDRAIL = Guardrail("PW101", "Target column is usable", "target", check)
