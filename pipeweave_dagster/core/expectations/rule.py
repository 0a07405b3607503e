"""One rule in the format of Great Expectations: its group, severity and reason."""

import math
from typing import Any, cast, get_args

from pipeweave_dagster.core.documents import RuleGroup

Rule = dict[str, Any]
QUOTING: set[RuleGroup] = {"categories", "ranges", "formats"}
"""The groups, by type, whose rules quote values of their column."""
_CRITICAL = {"columns", "types", "labels"}
"""A model trained on the previous version scores violating rows with values set to missing."""
GROUP_OF_TYPE: dict[str, RuleGroup] = {
    "expect_table_columns_to_match_set": "columns",
    "expect_table_columns_to_match_ordered_list": "columns",
    "expect_table_column_count_to_equal": "columns",
    "expect_table_column_count_to_be_between": "columns",
    "expect_table_row_count_to_be_between": "columns",
    "expect_table_row_count_to_equal": "columns",
    "expect_column_to_exist": "columns",
    "expect_column_values_to_be_in_type_list": "types",
    "expect_column_values_to_be_of_type": "types",
    "expect_column_values_to_not_be_null": "missing",
    "expect_column_values_to_be_null": "missing",
    "expect_column_values_to_be_in_set": "categories",
    "expect_column_values_to_not_be_in_set": "categories",
    "expect_column_distinct_values_to_be_in_set": "categories",
    "expect_column_distinct_values_to_contain_set": "categories",
    "expect_column_values_to_be_between": "ranges",
    "expect_column_min_to_be_between": "ranges",
    "expect_column_max_to_be_between": "ranges",
    "expect_column_mean_to_be_between": "ranges",
    "expect_column_median_to_be_between": "ranges",
    "expect_column_stdev_to_be_between": "ranges",
    "expect_column_sum_to_be_between": "ranges",
    "expect_column_value_lengths_to_be_between": "formats",
    "expect_column_value_lengths_to_equal": "formats",
    "expect_column_values_to_match_regex": "formats",
    "expect_column_values_to_not_match_regex": "formats",
    "expect_column_values_to_be_unique": "keys",
    "expect_column_unique_value_count_to_be_between": "keys",
    "expect_column_proportion_of_unique_values_to_be_between": "keys",
}


def rule(group: RuleGroup, type_: str, why: str, **kwargs: Any) -> Rule:
    """Return an expectation in the format of Great Expectations, with its group and reason."""
    meta = {"group": group, "why": why}
    severity = "critical" if group in _CRITICAL else "warning"
    return {"type": type_, "kwargs": kwargs, "severity": severity, "meta": {"pipeweave": meta}}


def group_of(rule: Rule) -> RuleGroup:
    """Return the group that a rule declares, else that of its type."""
    meta = rule["meta"].get("pipeweave")
    group = meta.get("group") if isinstance(meta, dict) else None
    if group in get_args(RuleGroup):
        return cast("RuleGroup", group)
    return GROUP_OF_TYPE[rule["type"]]


def mostly(share: float) -> dict[str, Any]:
    """Return `mostly`, the share of rows that must pass, rounded down; nothing for all rows."""
    return {} if share >= 1 else {"mostly": math.floor(share * 1e6) / 1e6}
