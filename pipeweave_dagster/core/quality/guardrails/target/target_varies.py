"""PW102: a constant target."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError


def check(case: Case) -> Iterator[Hit]:
    """Block a constant target: every model of it would be perfect and useless."""
    target = case.table.target
    if target is None:
        raise NotApplicableError("there is no target")
    if target.classes == 1:
        yield Hit(
            "blocked",
            "The target has the same value in every row, so there is nothing to predict.",
            [target.name],
            {"distinct": 1, "rows": int(target.counts.sum())},
            "Upload rows with other outcomes too, or choose another target.",
        )


GUARDRAIL = Guardrail("PW102", "Target is not constant", "target", check)
