"""PW801: few rows for the number of features."""

from collections.abc import Iterator

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit

MIN_ROWS = 500
MIN_ROWS_PER_FEATURE = 5


def check(case: Case) -> Iterator[Hit]:
    """Alert if scores will be uncertain because there is little data."""
    rows = case.table.rows
    features = sum(info.role == "feature" for info in case.table.infos)
    if rows < MIN_ROWS or rows < MIN_ROWS_PER_FEATURE * features:
        yield Hit(
            "alerted",
            f"{counted(rows, 'row')} for {counted(features, 'feature')}: scores are uncertain, "
            "so compare models by their confidence intervals, not by their ranks.",
            evidence={"rows": rows, "features": features},
            proposal="Upload more rows if possible.",
        )


GUARDRAIL = Guardrail("PW801", "There is enough data", "size", check)
