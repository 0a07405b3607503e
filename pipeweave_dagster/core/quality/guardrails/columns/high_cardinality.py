"""PW503: categorical columns with high cardinality."""

from collections.abc import Iterator

from pipeweave_dagster.core.columns.unique_share import MOST_CATEGORIES, unique_share
from pipeweave_dagster.core.documents import ColumnDeduction
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit

MAX_CATEGORIES = 100


def check(case: Case) -> Iterator[Hit]:
    """Report columns that are target-encoded instead of one-hot encoded for their cardinality.

    Texts that are read by their words, and the column by whose groups rows are split, are neither.
    """
    coded = "target-encoded inside the folds instead of one-hot encoded"
    if case.schema.target.name is None:
        coded = "not one-hot encoded: with a target, it is target-encoded inside the folds"
        split = {case.settings.split.group}
    else:
        split = {case.settings.split.group, *(g.column for g in case.split_gaps if g.used)}
    for info in case.table.infos:
        if info.role != "feature" or not _is_category(info, case.table.rows) or info.name in split:
            continue
        if info.distinct > MAX_CATEGORIES:
            yield Hit(
                "fixed",
                f"It has {info.distinct:,} categories, so it is {coded}.",
                [info.name],
                {"distinct": info.distinct, "limit": MAX_CATEGORIES},
                "Drop it if new rows will mostly have unseen categories.",
            )


def _is_category(info: ColumnDeduction, rows: int) -> bool:
    """Whether its values are encoded as categories: numbers of unclear meaning are numbers."""
    if info.type == "categorical":
        return True
    is_text = info.type == "context_specific" and info.storage == "text"
    return is_text and unique_share(info, rows) <= MOST_CATEGORIES


GUARDRAIL = Guardrail(
    "PW503", "Categorical columns have low cardinality", "columns", check, after_proofs=True
)
