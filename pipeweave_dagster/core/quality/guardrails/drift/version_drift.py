"""PW701: columns have drifted since the previous version."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit


def check(case: Case) -> Iterator[Hit]:
    """Alert on columns, the target included, that drifted more than expected by chance."""
    for column in case.drift.columns:
        if column.drifted and column.score is not None:
            yield Hit(
                "alerted",
                f"Its distribution has shifted since the previous version (population stability "
                f"index {column.score:.3f}, at most {column.threshold:.3f} expected by chance).",
                [column.name],
                {"index": column.score, "threshold": column.threshold},
                "Check that the column still has the same meaning in the source.",
            )


GUARDRAIL = Guardrail("PW701", "Column distributions are stable", "drift", check)
