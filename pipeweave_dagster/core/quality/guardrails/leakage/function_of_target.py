"""PW215: a column is a function of the target: groups of its classes, or ranges of its values."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.class_groups import ClassGroups
from pipeweave_dagster.core.columns.column import Codes, Column
from pipeweave_dagster.core.documents.findings import State
from pipeweave_dagster.core.number_format import number
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import DROP_OR_EXPLAIN, Guardrail, Hit, drop
from pipeweave_dagster.core.quality.target_functions import (
    TargetFunction,
    compared,
    function_of_target,
    smooth_jumps,
)

MAX_VALUES = 50
MIN_MODE_SHARE = 0.02
MAX_SHOWN = 4


def check(case: Case) -> Iterator[Hit]:
    """Block a column that says nothing but in which range or group of classes the target is.

    Flags, bins, coarser classes: the column is constant in each of them (at most 0.1 % exceptions).
    """
    functions = []
    for column in case.candidate_predictors:
        if (jumps := smooth_jumps(column, case)) is not None:
            yield _smooth(column, jumps, case)
        elif one := _function(column, case):
            functions.append(one)
    for one in compared(functions, case):
        yield _hit(one, case)


def _function(column: Column, case: Case) -> TargetFunction | None:
    found = (function_of_target(column, *reading, case) for reading in _readings(column))
    return next((one for one in found if one), None)


def _readings(column: Column) -> Iterator[tuple[Codes, int | None]]:
    """Yield the codes of a column; of many values only whether it is the most frequent one."""
    if 2 <= column.distinct <= MAX_VALUES:
        yield column.codes, None
    if column.distinct > MAX_VALUES:
        mode = int(column.counts.argmax())
        if column.counts[mode] >= MIN_MODE_SHARE * column.rows:
            is_mode = (column.codes == mode).astype(np.int32)
            yield np.where(column.codes < 0, -1, is_mode).astype(np.int32), mode


def _hit(one: TargetFunction, case: Case) -> Hit:
    column, rows = one.column, int(one.present.sum())
    value = None if one.value is None else case.display_value(column, one.value)
    subject = "It is" if value is None else f"Whether it is {value} is"
    state: State = "blocked" if one.proven else "alerted"
    others = {} if one.sharp else {"others_auc": round(one.others_auc, 4)}
    return Hit(
        "fixed" if one.proven and column.info.role == "identifier" else state,
        f"{subject} a function of the target: {_rule(one, case)} (exceptions: {one.exceptions} of "
        f"{rows:,} rows).",
        [column.name],
        {"exceptions": one.exceptions, "rows": rows, **others},
        DROP_OR_EXPLAIN,
        drop(column.name),
    )


def _smooth(column: Column, jumps: int, case: Case) -> Hit:
    rows = int((case.target.known & (column.codes >= 0)).sum())
    return Hit(
        "fixed" if column.info.role == "identifier" else "blocked",
        "It is a continuous function of the target: in the order of the target, its values change "
        f"step by step (jumps: {jumps} of {rows:,} rows).",
        [column.name],
        {"jumps": jumps, "rows": rows},
        DROP_OR_EXPLAIN,
        drop(column.name),
    )


def _rule(one: TargetFunction, case: Case) -> str:
    """Return how the column follows from the target, and why that is no coincidence."""
    others = f"the other columns predict that with ROC AUC {one.others_auc:.2f} only"
    if one.groups is not None:
        return f"it tells apart {_classes(one.groups, case)}, and nothing else; {others}"
    starts = [] if one.steps is None else one.steps.starts.tolist()
    places = ", ".join(number(start) for start in starts[:MAX_SHOWN])
    more = _more(len(starts), " and {} more values")
    near = "between rows that lie close together" if one.sharp else f"and {others}"
    return f"it changes only where the target passes {places}{more}, {near}"


def _classes(groups: ClassGroups, case: Case) -> str:
    """Return the groups of classes in words."""
    parts = []
    for group in range(min(len(groups.sizes), MAX_SHOWN)):
        members = np.flatnonzero(groups.of_class == group)
        shown = [case.display_value(case.target.column, int(i)) for i in members[:MAX_SHOWN]]
        parts.append("/".join(shown) + _more(len(members), "/{} more"))
    return " from ".join(parts) + _more(len(groups.sizes), " and {} more groups")


def _more(count: int, form: str) -> str:
    return form.format(count - MAX_SHOWN) if count > MAX_SHOWN else ""


GUARDRAIL = Guardrail("PW215", "Columns are not functions of the target", "leakage", check)
