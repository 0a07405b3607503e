"""PW509: settings of columns that this version does not have."""

from collections.abc import Iterator

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError
from pipeweave_dagster.core.schema.target_choice import find_column


def check(case: Case) -> Iterator[Hit]:
    """Alert on a column's setting that names no column: renamed, its override would be lost."""
    if not case.settings.columns:
        raise NotApplicableError("no column has settings")
    for name in case.settings.columns:
        try:
            find_column(name, case.snapshot, "The setting of")
        except PipeWeaveError as error:
            yield Hit(
                "alerted",
                f"The setting of '{name[:80]}' applies to nothing: this version has no such "
                "column.",
                [],
                {"setting": name[:200]},
                f"Correct its name in pipeweave.yaml, or remove it. {error.fix}".strip(),
            )


GUARDRAIL = Guardrail("PW509", "Settings name columns", "columns", check)
