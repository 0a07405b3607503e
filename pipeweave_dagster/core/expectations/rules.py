"""Derives the rules of a suite from one version: one function per group of rules."""

import math
from collections.abc import Iterator

from pipeweave_dagster.core.documents import ColumnDeduction
from pipeweave_dagster.core.expectations.rule import Rule, mostly, rule
from pipeweave_dagster.core.expectations.text_patterns import MIN_VALUES
from pipeweave_dagster.core.expectations.value_rules import (
    category_rules,
    format_rules,
    range_rules,
    uniqueness_rules,
)
from pipeweave_dagster.core.schema.column_profile import ColumnProfile

_MIN_ROWS_SHARE = 0.1
# pandas' names of the types that a Parquet file of PipeWeave is read with.
TYPES: dict[str, list[str]] = {
    "integer": ["int64", "Int64Dtype"],
    "number": ["float64", "Float64Dtype"],
    "boolean": ["bool", "BooleanDtype"],
    "date": ["datetime64[us]"],
    "datetime": ["datetime64[us]"],
    "time": ["str", "StringDtype"],
    "text": ["str", "StringDtype"],
}


def table_rules(columns: list[ColumnDeduction], rows: int) -> Iterator[Rule]:
    """Yield the rules on the table: the same columns, and not suddenly far fewer rows."""
    yield rule(
        "columns",
        "expect_table_columns_to_match_set",
        "Exactly these columns were present.",
        column_set=[c.name for c in columns],
        exact_match=True,
    )
    yield rule(
        "columns",
        "expect_table_row_count_to_be_between",
        f"There were {rows} rows; less than a tenth suggests an incomplete delivery.",
        min_value=max(1, math.ceil(_MIN_ROWS_SHARE * rows)),
    )


def column_rules(column: ColumnDeduction, profile: ColumnProfile) -> Iterator[Rule]:
    """Yield all rules of one column; rules on its values only if it has enough of them."""
    yield rule(
        "types",
        "expect_column_values_to_be_in_type_list",
        f"The column contained {column.storage} values.",
        column=column.name,
        type_list=TYPES[column.storage],
    )
    yield from _missing(profile)
    if profile.filled >= MIN_VALUES:
        if column.privacy != "mask":  # these rules quote values
            yield from category_rules(column, profile)
            yield from range_rules(column, profile)
            yield from format_rules(column, profile)
        yield from uniqueness_rules(column, profile)


def _missing(profile: ColumnProfile) -> Iterator[Rule]:
    share = profile.missing / max(1, profile.rows)
    allowed = min(1.0, 2 * share + 0.05) if profile.missing else 0.0
    if allowed < 1:
        some = f"{profile.missing} of {profile.rows} values were missing."
        yield rule(
            "missing",
            "expect_column_values_to_not_be_null",
            some if profile.missing else "No value was missing.",
            column=profile.name,
            **mostly(1 - allowed),
        )
