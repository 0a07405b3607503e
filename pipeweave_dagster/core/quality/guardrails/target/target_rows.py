"""PW103: too few labeled rows."""

from collections.abc import Iterator

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError
from pipeweave_dagster.core.schema.target_requirements import MIN_PER_CLASS, MIN_ROWS


def check(case: Case) -> Iterator[Hit]:
    """Block if there are too few labeled rows for a held-out test."""
    target = case.table.target
    if target is None:
        raise NotApplicableError("there is no target")
    known = int(target.counts.sum())
    if known < MIN_ROWS:
        yield Hit(
            "blocked",
            f"Only {counted(known, 'row', 'have a target value')}; at least {MIN_ROWS} are "
            "needed to train and to test on held-out rows.",
            [target.name],
            {"rows": known, "needed": MIN_ROWS},
            "Upload more rows.",
        )
        return
    second = sorted(target.counts, reverse=True)[1:2]
    if target.task != "regression" and second and second[0] < MIN_PER_CLASS:
        yield Hit(
            "blocked",
            f"Only one class has at least {MIN_PER_CLASS} rows (the next largest has {second[0]}).",
            [target.name],
            {"second_class_rows": int(second[0]), "needed": MIN_PER_CLASS},
            "Upload more rows of the other classes, or choose another target.",
        )


GUARDRAIL = Guardrail("PW103", "There are enough labeled rows", "target", check)
