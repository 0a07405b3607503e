"""Describes expectations and their failures as text, with the values of failing rows masked."""

import re
from collections import Counter
from typing import Any

from pipeweave_dagster.core.documents import ColumnDeduction, RuleResult
from pipeweave_dagster.core.expectations.rule import Rule, group_of

MIN_ROWS_SHOWN = 5
"""A rarer value could identify a person, so it is masked."""
_MAX_EXAMPLES = 5
_MAX_ROWS = 10
_MAX_LENGTH = 40
_MAX_LISTED = 12
_CATEGORY_GROUPS = {"labels", "categories"}
_DESCRIPTIONS = {
    "expect_table_row_count_to_be_between": "The table has {bounds} rows.",
    "expect_column_values_to_not_be_null": "{Share} values are present.",
    "expect_column_values_to_be_unique": "All values are unique.",
    "expect_column_values_to_be_in_set": "{Share} values are one of: {set}.",
    "expect_column_values_to_be_between": "{Share} values are {bounds}.",
    "expect_column_value_lengths_to_be_between": "{Share} texts have {bounds} characters.",
    "expect_column_values_to_match_regex": "{Share} values match {regex}.",
    "expect_column_values_to_be_in_type_list": "Values are of type {types}.",
    "expect_table_columns_to_match_set": "The table has the columns {columns}.",
}


def failure(rule: Rule, result: dict[str, Any], column: ColumnDeduction | None) -> RuleResult:
    """Return the result of a failed rule.

    Args:
        rule: The expectation of the suite.
        result: Its result from Great Expectations (`unexpected_count`, `partial_unexpected_list`,
            …); row indices count from 0.
        column: The current meaning of the column, which decides whether values may be shown.
    """
    group = group_of(rule)
    values = [] if group == "missing" else list(result.get("partial_unexpected_list") or [])
    failed = int(result.get("unexpected_count") or 0) or 1
    text = describe_rule(rule)
    if result.get("observed_value") is not None and not values:
        text = f"{text} {_observed(rule, result)}"
    return RuleResult(
        group=group,
        type=rule["type"],
        column=rule["kwargs"].get("column"),
        text=text[:600],
        failed=failed,
        rows=int(result.get("element_count") or 0),
        examples=_examples(values, column, categories=group in _CATEGORY_GROUPS),
        at_rows=[
            int(i) + 1 for i in (result.get("partial_unexpected_index_list") or [])[:_MAX_ROWS]
        ],
        severity=rule.get("severity", "warning"),
    )


def describe_rule(rule: Rule) -> str:
    """Return a rule as a sentence; a type that PipeWeave does not write is shown by its name."""
    kwargs = rule["kwargs"]
    pattern = _DESCRIPTIONS.get(rule["type"])
    if pattern is None:
        return str(rule["type"]).replace("_", " ") + "."
    mostly = kwargs.get("mostly")
    members = [str(v) for v in kwargs.get("value_set") or kwargs.get("column_set") or []]
    listed = ", ".join(v[:_MAX_LENGTH] for v in members[:_MAX_LISTED])
    listed += " …" if len(members) > _MAX_LISTED else ""
    return pattern.format(
        Share="All" if mostly is None else f"At least {100 * mostly:.4g} % of the",
        bounds=_bounds(kwargs.get("min_value"), kwargs.get("max_value")),
        set=listed,
        columns=listed,
        regex=str(kwargs.get("regex"))[:80],
        types=" or ".join(map(str, kwargs.get("type_list") or [])),
    )


def _bounds(low: Any, high: Any) -> str:
    if low is not None and high is not None:
        return f"between {low} and {high}"
    return f"at least {low}" if high is None else f"at most {high}"


def _observed(rule: Rule, result: dict[str, Any]) -> str:
    mismatched = (result.get("details") or {}).get("mismatched")
    if rule["type"] == "expect_table_columns_to_match_set" and mismatched:
        return " ".join(
            f"{label}: {', '.join(map(str, mismatched[key][:_MAX_LISTED]))}."
            for key, label in (("missing", "Missing"), ("unexpected", "New"))
            if mismatched.get(key)
        )
    return f"Observed: {result['observed_value']}."[:200]


def _examples(values: list[Any], column: ColumnDeduction | None, *, categories: bool) -> list[str]:
    """Return the most frequent failing values; only frequent categories are shown unmasked."""
    private = column is None or column.pii is not None or column.role == "identifier"
    counted = Counter("" if v is None else str(v) for v in values)
    shown: Counter[str] = Counter()
    for value, count in counted.items():
        if value and categories and not private and count >= MIN_ROWS_SHOWN:
            shown[repr(value[:_MAX_LENGTH])] += count
        elif value:
            shown[masked(value)] += count
    return [text for text, _ in sorted(shown.items(), key=lambda p: (-p[1], p[0]))[:_MAX_EXAMPLES]]


def masked(value: str) -> str:
    """Return the shape of a value without its content: letters as A and a, digits as 9.

    Example:
        >>> masked("Jane-42")
        'Aaaa-99'
    """
    shape = re.sub(r"[^\W\d_]", lambda m: "A" if m[0].isupper() else "a", value[:_MAX_LENGTH])
    shape = re.sub(r"\d", "9", shape)
    return shape + ("…" if len(value) > _MAX_LENGTH else "")
