"""PW301: columns that are mostly or wholly empty."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

MOSTLY = 0.5
TELLS = 0.1


def check(case: Case) -> Iterator[Hit]:
    """Alert on columns with more missing rows than values."""
    rows, skills = case.table.rows, _skills(case)
    for info in case.table.infos:
        if info.role != "feature" or rows == 0 or info.missing <= MOSTLY * rows:
            continue
        empty = info.missing >= rows
        useless = skills.get(info.name, 0.0) < TELLS
        yield Hit(
            "fixed" if empty else "alerted",
            "The column is empty; it is left out."
            if empty
            else f"{info.missing:,} of {rows:,} rows ({info.missing / rows:.1%}) are missing.",
            [info.name],
            {"missing": info.missing, "share": round(info.missing / rows, 6)},
            "Leave it out."
            if useless
            else "It tells something of the target: keep it if it is known beforehand.",
            drop(info.name) if useless else {},
        )


def _skills(case: Case) -> dict[str, float]:
    try:
        return {name: power.skill for name, power in case.powers.items()}
    except NotApplicableError:
        return {}


GUARDRAIL = Guardrail("PW301", "Columns have values", "missing", check)
