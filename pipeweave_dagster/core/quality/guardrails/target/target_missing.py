"""PW104: rows whose target is not known."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit


def check(case: Case) -> Iterator[Hit]:
    """Say how many rows are left out of training because their outcome is not known."""
    target = case.target
    missing = target.column.missing
    if missing:
        share = missing / case.table.rows
        yield Hit(
            "alerted" if share >= 0.01 else "fixed",
            f"{missing:,} rows ({share:.1%}) have no target; they are not used for training.",
            [target.name],
            {"missing": missing, "share": round(share, 6)},
            "Check that the outcome is missing for no reason that has to do with its value.",
        )


GUARDRAIL = Guardrail("PW104", "The target is known", "target", check)
