"""PW104: rows without a target value."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit


def check(case: Case) -> Iterator[Hit]:
    """Report rows that are not used for training because they have no target value."""
    target = case.target
    missing = target.column.missing
    if missing:
        share = missing / case.table.rows
        yield Hit(
            "alerted" if share >= 0.01 else "fixed",
            f"{missing:,} rows ({share:.1%}) have no target value and are not used for training.",
            [target.name],
            {"missing": missing, "share": round(share, 6)},
            "Check that the target is not missing for reasons related to its value.",
        )


GUARDRAIL = Guardrail("PW104", "Target has no missing values", "target", check)
