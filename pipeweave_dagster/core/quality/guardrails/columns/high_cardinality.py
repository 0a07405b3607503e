"""PW503: categorical columns with high cardinality."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit

MAX_CATEGORIES = 100


def check(case: Case) -> Iterator[Hit]:
    """Report columns that are target-encoded instead of one-hot encoded for their cardinality."""
    coded = "target-encoded inside the folds instead of one-hot encoded"
    if case.schema.target.name is None:
        coded = "not one-hot encoded: with a target, it is target-encoded inside the folds"
    for info in case.table.infos:
        if info.role != "feature" or info.type not in {"categorical", "context_specific"}:
            continue
        if info.distinct > MAX_CATEGORIES:
            yield Hit(
                "fixed",
                f"It has {info.distinct:,} categories, so it is {coded}.",
                [info.name],
                {"distinct": info.distinct, "limit": MAX_CATEGORIES},
                "Drop it if new rows will mostly have unseen categories.",
            )


GUARDRAIL = Guardrail("PW503", "Categorical columns have low cardinality", "columns", check)
