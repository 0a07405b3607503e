"""PW701: this version has moved away from the one before."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit


def check(case: Case) -> Iterator[Hit]:
    """Alert on columns that have drifted farther than chance explains, the target included."""
    for column in case.moved.columns:
        if column.drifted and column.score is not None:
            yield Hit(
                "alerted",
                f"Its distribution has moved since the last version (stability index "
                f"{column.score:.3f}, by chance at most {column.threshold:.3f}).",
                [column.name],
                {"index": column.score, "threshold": column.threshold},
                "Check that the source still means the same by it.",
            )


GUARDRAIL = Guardrail("PW701", "This version is like the last one", "drift", check)
