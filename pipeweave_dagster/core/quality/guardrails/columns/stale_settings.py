"""PW509: settings of columns that do not exist in this version."""

from collections.abc import Iterator

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError
from pipeweave_dagster.core.schema.column_lookup import find_column


def check(case: Case) -> Iterator[Hit]:
    """Alert on settings of a missing column: after a rename they would silently stop applying."""
    if not case.settings.columns:
        raise NotApplicableError("no column has settings")
    for name in case.settings.columns:
        try:
            find_column(name, case.snapshot, "The setting of")
        except PipeWeaveError as error:
            yield Hit(
                "alerted",
                f"The settings of column '{name[:80]}' have no effect: this version has no such "
                "column.",
                [],
                {"setting": name[:200]},
                f"Correct the name in pipeweave.yaml, or remove the entry. {error.fix}".strip(),
            )


GUARDRAIL = Guardrail("PW509", "Column settings refer to existing columns", "columns", check)
