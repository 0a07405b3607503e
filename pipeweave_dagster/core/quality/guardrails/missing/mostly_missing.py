"""PW301: mostly or entirely empty columns."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

MAX_MISSING_SHARE = 0.5
MIN_SKILL = 0.1


def check(case: Case) -> Iterator[Hit]:
    """Alert on features with more missing than present values; drop empty ones."""
    rows, skills = case.table.rows, _skills(case)
    for info in case.table.infos:
        if info.role != "feature" or rows == 0 or info.missing <= MAX_MISSING_SHARE * rows:
            continue
        empty = info.missing >= rows
        useless = skills.get(info.name, 0.0) < MIN_SKILL
        yield Hit(
            "fixed" if empty else "alerted",
            "It is empty, so it is not used."
            if empty
            else f"{info.missing:,} of {rows:,} values ({info.missing / rows:.1%}) are missing.",
            [info.name],
            {"missing": info.missing, "share": round(info.missing / rows, 6)},
            "Drop it."
            if useless
            else "It is predictive of the target: keep it if it is known at prediction time.",
            drop(info.name) if useless else {},
        )


def _skills(case: Case) -> dict[str, float]:
    try:
        return {name: power.skill for name, power in case.univariate_power.items()}
    except NotApplicableError:
        return {}


GUARDRAIL = Guardrail("PW301", "Columns are mostly filled", "missing", check)
