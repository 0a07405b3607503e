"""PW502: columns that name the row instead of describing it."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop


def check(case: Case) -> Iterator[Hit]:
    """Identifiers are left out; features with a different value in every row are suspected."""
    for info in case.table.infos:
        present = case.table.rows - info.missing
        unique = present >= 20 and info.distinct == present
        if info.role == "identifier":
            yield Hit(
                "fixed",
                "It identifies the row and is not used as a feature.",
                [info.name],
                {"distinct": info.distinct, **({} if info.pii else {"reason": info.reason})},
                f"If it is a feature: `columns: {{{info.name}: {{type: categorical}}}}`.",
                drop(info.name),
            )
        elif info.role == "feature" and unique and info.type in {"categorical", "identifier"}:
            yield Hit(
                "alerted",
                f"Every one of its {present:,} values is different, like those of an identifier.",
                [info.name],
                {"distinct": info.distinct},
                "Leave it out unless parts of the value mean something.",
                drop(info.name),
            )


GUARDRAIL = Guardrail("PW502", "Identifiers are no features", "columns", check)
