"""PW503: categories with very many values."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop

MANY = 100


def check(case: Case) -> Iterator[Hit]:
    """Alert where one column of indicators per value would be wide and mostly empty."""
    for info in case.table.infos:
        if info.role != "feature" or info.type not in {"categorical", "context_specific"}:
            continue
        if info.distinct > MANY:
            yield Hit(
                "alerted",
                f"It has {info.distinct:,} different categories; they are encoded by their "
                "relation to the target inside the folds, not one by one.",
                [info.name],
                {"distinct": info.distinct, "limit": MANY},
                "Leave it out if new rows will mostly have values never seen before.",
                drop(info.name),
            )


GUARDRAIL = Guardrail("PW503", "Categories are few enough", "columns", check)
