"""PW503: categories with very many values."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit

MANY = 100


def check(case: Case) -> Iterator[Hit]:
    """Say where categories are encoded by their relation to the target, not one by one."""
    for info in case.table.infos:
        if info.role != "feature" or info.type not in {"categorical", "context_specific"}:
            continue
        if info.distinct > MANY:
            yield Hit(
                "fixed",
                f"It has {info.distinct:,} different categories; they are encoded by their "
                "relation to the target inside the folds, not one by one.",
                [info.name],
                {"distinct": info.distinct, "limit": MANY},
                "Leave it out if new rows will mostly have values never seen before.",
            )


GUARDRAIL = Guardrail("PW503", "Categories are few enough", "columns", check)
