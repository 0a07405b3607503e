"""How one raw column, or one derived feature, becomes features.

The source is copied beside exported and registered models.
"""

from typing import Required, TypedDict


class FrameEntry(TypedDict, total=False):
    """How `prepare` makes features from one raw column, or one derived feature from two.

    Stored as a plain dict in model files and in documents, so fields are only ever added.

    Attributes:
        name: The raw column, or the name of the derived feature.
        use: The step type that reads it (`numeric`, `ordinal`, `text`, `derived`, ...); what is
            `relative` is computed by the transformers of members, not by `prepare`.
        order: Levels of an ordinal, lowest first.
        parts: Parts of a date, counts of a text, or `number` for a category's numeric value.
        missing: Values that are placeholders of a missing one.
        merge_spellings: Whether values that differ in case and spacing are one category.
        operator: Of a derived feature: an operator of `core.pipelines.derived_features`.
        columns: Of a derived feature: its arguments, in the operator's order.
        means: Of a `group_*` operator: the mean per group, learned from training rows.
        overall: Of a `group_*` operator: the mean of groups that are not in `means`.
    """

    name: Required[str]
    use: Required[str]
    order: list[str]
    parts: list[str]
    missing: list[str]
    merge_spellings: bool
    operator: str
    columns: list[str]
    means: dict[str, float]
    overall: float
