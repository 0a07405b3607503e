"""PW801: few rows for so many columns."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit

SMALL = 500


def check(case: Case) -> Iterator[Hit]:
    """Alert where scores will be uncertain because there is little data."""
    rows = case.table.rows
    features = sum(info.role == "feature" for info in case.table.infos)
    if rows < SMALL or rows < 5 * features:
        yield Hit(
            "alerted",
            f"{rows:,} rows for {features:,} features: scores will be uncertain, so look at "
            "their intervals, not at the ranks of the models.",
            evidence={"rows": rows, "features": features},
            proposal="Upload more rows if you can.",
        )


GUARDRAIL = Guardrail("PW801", "There is enough data", "size", check)
