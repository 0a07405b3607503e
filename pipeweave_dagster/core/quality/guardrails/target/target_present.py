"""PW101: there is a target to learn."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit


def check(case: Case) -> Iterator[Hit]:
    """Block where no column was named or deduced: guessing on would train on nonsense."""
    target = case.schema.target
    if target.name is None:
        few = ", ".join(target.candidates[:5])
        yield Hit(
            "blocked",
            f"No target was found. {target.reason}".strip(),
            evidence={"candidates": target.candidates[:20]},
            proposal=(
                "Name the column to predict: `target: NAME` in pipeweave.yaml, or --target NAME."
                + (f" Possible columns: {few}." if few else "")
            ),
        )
    elif target.task is None:
        yield Hit(
            "blocked",
            f"The target cannot be predicted. {target.reason}",
            [target.name],
            proposal="Choose another target, or upload rows with other outcomes too.",
        )
    elif case.table.target is None:
        yield Hit(
            "blocked",
            f"The target cannot be predicted as {target.task}: it has no values of that kind.",
            [target.name],
            proposal="Choose another target, or set `task:` in pipeweave.yaml.",
        )


GUARDRAIL = Guardrail("PW101", "There is a target to learn", "target", check)
