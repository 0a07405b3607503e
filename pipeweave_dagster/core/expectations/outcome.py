"""What came of a suite, in words, with the values of failing rows masked."""

import re
from collections import Counter
from typing import Any

from pipeweave_dagster.core.documents import ColumnDeduction, RuleResult
from pipeweave_dagster.core.expectations.rules import Rule
from pipeweave_dagster.core.expectations.suite import group_of

SHOWN_FROM = 5
_EXAMPLES = 5
_ROWS = 10
_LONGEST = 40
_OPEN_GROUPS = {"labels", "categories"}
_WORDS = {
    "expect_table_row_count_to_be_between": "There are {bounds} rows.",
    "expect_column_values_to_not_be_null": "{Share} values are there.",
    "expect_column_values_to_be_unique": "No value occurs twice.",
    "expect_column_values_to_be_in_set": "{Share} values are among: {set}.",
    "expect_column_values_to_be_between": "{Share} values are {bounds}.",
    "expect_column_value_lengths_to_be_between": "{Share} texts have {bounds} characters.",
    "expect_column_values_to_match_regex": "{Share} values match {regex}.",
    "expect_column_values_to_be_in_type_list": "The values are of type {types}.",
    "expect_table_columns_to_match_set": "The table has the columns {columns}.",
}


def failure(rule: Rule, result: dict[str, Any], column: ColumnDeduction | None) -> RuleResult:
    """One broken rule.

    Args:
        rule: The expectation as it stands in the suite.
        result: What Great Expectations said of it (`unexpected_count`, `partial_unexpected_list`),
            rows counted from 0.
        column: What the column means now, which decides how much of a value may be shown.
    """
    group = group_of(rule)
    values = [] if group == "missing" else list(result.get("partial_unexpected_list") or [])
    failed = int(result.get("unexpected_count") or 0) or 1
    text = told(rule)
    observed = result.get("observed_value")
    if observed is not None and not values:
        text = f"{text} Found: {_shown_observed(rule, result)}"
    return RuleResult(
        group=group,
        type=rule["type"],
        column=rule["kwargs"].get("column"),
        text=text[:600],
        failed=failed,
        rows=int(result.get("element_count") or 0),
        examples=_examples(values, column, group in _OPEN_GROUPS),
        at_rows=[int(i) + 1 for i in (result.get("partial_unexpected_index_list") or [])[:_ROWS]],
        severity=rule.get("severity", "warning"),
    )


def told(rule: Rule) -> str:
    """A rule in words; one of another kind than PipeWeave writes is named by its type."""
    kwargs = rule["kwargs"]
    pattern = _WORDS.get(rule["type"])
    if pattern is None:
        return str(rule["type"]).replace("_", " ") + "."
    mostly = kwargs.get("mostly")
    named = [str(v) for v in kwargs.get("value_set") or kwargs.get("column_set") or []]
    listed = ", ".join(v[:_LONGEST] for v in named[:12]) + (" …" if len(named) > 12 else "")
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
        return f"{low} to {high}"
    return f"at least {low}" if high is None else f"at most {high}"


def _shown_observed(rule: Rule, result: dict[str, Any]) -> str:
    details = (result.get("details") or {}).get("mismatched")
    if rule["type"] == "expect_table_columns_to_match_set" and details:
        parts = [
            f"{what} {', '.join(map(str, details[key][:12]))}"
            for key, what in (("missing", "without"), ("unexpected", "with the new"))
            if details.get(key)
        ]
        return "; ".join(parts) + "."
    return f"{result['observed_value']}."[:200]


def _examples(values: list[Any], column: ColumnDeduction | None, open_: bool) -> list[str]:
    """The commonest failing values. Shown as they are only if they are categories of many rows."""
    private = column is None or column.pii is not None or column.role == "identifier"
    counted = Counter("" if v is None else str(v) for v in values)
    found: Counter[str] = Counter()
    for value, count in counted.items():
        if value and open_ and not private and count >= SHOWN_FROM:
            found[repr(value[:_LONGEST])] += count
        elif value:
            found[masked(value)] += count
    return [text for text, _ in sorted(found.items(), key=lambda p: (-p[1], p[0]))[:_EXAMPLES]]


def masked(value: str) -> str:
    """The form of a value without its content: letters as A and a, digits as 9."""
    form = re.sub(r"[^\W\d_]", lambda m: "A" if m[0].isupper() else "a", value[:_LONGEST])
    form = re.sub(r"\d", "9", form)
    return form + ("…" if len(value) > _LONGEST else "")
