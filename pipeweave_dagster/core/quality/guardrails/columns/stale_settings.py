"""PW509: settings of columns that do not exist in this version, or do not fit their values."""

from collections.abc import Iterator

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.model.column_names import fold_name
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError
from pipeweave_dagster.core.schema.column_lookup import find_column


def check(case: Case) -> Iterator[Hit]:
    """Alert on settings that silently do not apply: of a renamed column, a format of other data."""
    if not case.settings.columns:
        raise NotApplicableError("no column has settings")
    withheld = {fold_name(name) for name in case.snapshot.withheld}
    for name, setting in case.settings.columns.items():
        if fold_name(name) in withheld:
            continue
        try:
            found, _ = find_column(name, case.snapshot, "The setting of")
            yield from _unfit_format(case, name, found, setting.type or "")
        except PipeWeaveError as error:
            yield Hit(
                "alerted",
                f"The settings of column '{name[:80]}' have no effect: this version has no such "
                "column.",
                [],
                {"setting": name[:200]},
                f"Correct the name in pipeweave.yaml, or remove the entry. {error.fix}".strip(),
            )


def _unfit_format(case: Case, name: str, found: str, type_: str) -> Iterator[Hit]:
    """Yield the date format of the settings if the values do not have it."""
    kind, _, wanted = type_.partition(":")
    column = next(c for c in case.snapshot.columns if c.name == found)
    typed_in_file = column.type == kind and column.format is None
    if not wanted or column.format == wanted or typed_in_file:
        return
    read = f"{column.type} {column.format}" if column.format else column.type
    yield Hit(
        "alerted",
        f"The type '{type_[:80]}' in the settings does not fit the values of '{found[:80]}', which "
        f"were read as {read}.",
        [found],
        {"setting": name[:200], "type": type_[:200]},
        "Correct the format in pipeweave.yaml, or remove its type.",
    )


GUARDRAIL = Guardrail("PW509", "Column settings apply to the data", "columns", check)
