"""PW301: mostly or entirely empty columns."""

from collections.abc import Iterator

from pipeweave_dagster.core.counted import quoted_names
from pipeweave_dagster.core.documents import ColumnDeduction
from pipeweave_dagster.core.documents.findings import State
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

MAX_MISSING_SHARE = 0.5
MIN_SKILL = 0.1
ONE_BY_ONE = 5
"""More columns than these are one finding, or they would hide all others."""
_NAMED = 5
_EMPTY = "It is empty, so it is not used."


def check(case: Case) -> Iterator[Hit]:
    """Alert on features with more missing than present values; drop empty ones.

    More than five of a kind are one finding, without those that are predictive on their own or have
    an override of their own.
    """
    rows, skills = case.table.rows, _skills(case)
    overridden = {override.column for override in case.settings.overrides}
    together: list[ColumnDeduction] = []
    empty: list[ColumnDeduction] = []
    for info in case.table.infos:
        if info.role != "feature" or rows == 0 or info.missing <= MAX_MISSING_SHARE * rows:
            continue
        if info.missing >= rows:
            empty.append(info)
        elif skills.get(info.name, 0.0) >= MIN_SKILL or info.name in overridden:
            yield _alert(info, rows, useless=skills.get(info.name, 0.0) < MIN_SKILL)
        else:
            together.append(info)
    if len(together) > ONE_BY_ONE:
        yield _sparse(together, rows)
    else:
        yield from (_alert(info, rows, useless=True) for info in together)
    if len(empty) > ONE_BY_ONE:
        yield _empty(empty)
    else:
        yield from (_hit("fixed", _EMPTY, info, rows, useless=True) for info in empty)


def _alert(info: ColumnDeduction, rows: int, *, useless: bool) -> Hit:
    message = f"{info.missing:,} of {rows:,} values ({info.missing / rows:.1%}) are missing."
    return _hit("alerted", message, info, rows, useless=useless)


def _hit(state: State, message: str, info: ColumnDeduction, rows: int, *, useless: bool) -> Hit:
    return Hit(
        state,
        message,
        [info.name],
        {"missing": info.missing, "share": round(info.missing / rows, 6)},
        "Drop it."
        if useless
        else "It is predictive of the target: keep it if it is known at prediction time.",
        drop(info.name) if useless else {},
    )


def _sparse(infos: list[ColumnDeduction], rows: int) -> Hit:
    """Return one alert on many columns."""
    shares, names = [info.missing / rows for info in infos], [info.name for info in infos]
    message = (
        f"{len(infos):,} columns have more missing than present values ({min(shares):.1%} to "
        f"{max(shares):.1%} are missing): {quoted_names(names, _NAMED)}."
    )
    evidence = {
        "columns": len(infos),
        "least": round(min(shares), 6),
        "most": round(max(shares), 6),
    }
    proposal = (
        "Drop those that will be missing in new rows as well. None predicts much on its own; "
        "together they may, so compare the scores with and without them."
    )
    return Hit("alerted", message, names, evidence, proposal, drop(*names))


def _empty(infos: list[ColumnDeduction]) -> Hit:
    names = [info.name for info in infos]
    message = (
        f"{len(names):,} columns are empty, so they are not used: {quoted_names(names, _NAMED)}."
    )
    return Hit("fixed", message, names, {"columns": len(names)}, "Drop them.", drop(*names))


def _skills(case: Case) -> dict[str, float]:
    try:
        return {name: power.skill for name, power in case.univariate_power.items()}
    except NotApplicableError:
        return {}


GUARDRAIL = Guardrail("PW301", "Columns are mostly filled", "missing", check)
