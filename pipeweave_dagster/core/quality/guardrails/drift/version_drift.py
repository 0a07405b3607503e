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
                f"It has drifted since the previous version: {column.note}",
                [column.name],
                {
                    "change": column.change,
                    "effect": column.score,
                    "threshold": column.threshold,
                    "p_value": column.p_value,
                },
                "Check that the column still has the same meaning in the source.",
            )


GUARDRAIL = Guardrail("PW701", "Column distributions are stable", "drift", check)
