"""Derives the rules of a suite from one version: one function per group of rules."""

import math
from collections.abc import Iterator
from typing import Any

from pipeweave_dagster.core.documents import ColumnDeduction, RuleGroup
from pipeweave_dagster.core.expectations.text_patterns import MIN_VALUES, common_pattern
from pipeweave_dagster.core.schema.column_profile import ColumnProfile

Rule = dict[str, Any]
_MAX_CATEGORIES = 50
_MIN_ROWS_PER_CATEGORY = 5
_RANGE_MARGIN = 0.25
_MIN_ROWS_SHARE = 0.1
_CRITICAL = {"columns", "types", "labels"}
"""A model trained on the previous version cannot score rows that violate these."""
# pandas' names of the types that a Parquet file of PipeWeave is read with.
TYPES: dict[str, list[str]] = {
    "integer": ["int64", "Int64Dtype"],
    "number": ["float64", "Float64Dtype"],
    "boolean": ["bool", "BooleanDtype"],
    "date": ["datetime64"],
    "datetime": ["datetime64"],
    "time": ["str", "StringDtype"],
    "text": ["str", "StringDtype"],
}
_TYPED_TEXT = {
    "url": r"^(?:https?|ftp)://\S+$|^www\.\S+\.\S+$",
    "email": r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
}


def rule(group: RuleGroup, type_: str, why: str, **kwargs: Any) -> Rule:
    """Return an expectation in the format of Great Expectations, with its group and reason."""
    meta = {"group": group, "why": why}
    severity = "critical" if group in _CRITICAL else "warning"
    return {"type": type_, "kwargs": kwargs, "severity": severity, "meta": {"pipeweave": meta}}


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
        yield from _categories(column, profile)
        yield from _ranges(column, profile)
        yield from _formats(column, profile)
        yield from _keys(column, profile)


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
            **_mostly(1 - allowed),
        )


def _mostly(share: float) -> dict[str, Any]:
    """Return `mostly`, the share of rows that must pass, rounded down; nothing for all rows."""
    return {} if share >= 1 else {"mostly": math.floor(share * 1e6) / 1e6}


def is_closed(column: ColumnDeduction, profile: ColumnProfile) -> bool:
    """Return whether the values form a closed set: few, repeated categories."""
    enough = profile.filled >= _MIN_ROWS_PER_CATEGORY * profile.distinct
    kinds = {"categorical", "ordinal", "boolean"}
    return column.type in kinds and 1 <= profile.distinct <= _MAX_CATEGORIES and enough


def _categories(column: ColumnDeduction, profile: ColumnProfile) -> Iterator[Rule]:
    """Allow known values only, except for twice the share of values that occurred once.

    That share is the Good-Turing estimate of the probability of an unseen value.
    """
    target = column.role == "target"
    if column.storage not in {"text", "integer", "number"} or not is_closed(column, profile):
        return
    values: list[Any] = list(profile.top)
    if column.storage in {"integer", "number"}:
        values = [int(float(v)) if profile.integral else float(v) for v in values]
    once = sum(n == 1 for n in profile.top.values()) / profile.filled
    yield rule(
        "labels" if target else "categories",
        "expect_column_values_to_be_in_set",
        f"{len(values)} distinct values were seen.",
        column=column.name,
        value_set=sorted(values),
        **({} if target else _mostly(1 - 2 * once)),
    )


def _ranges(column: ColumnDeduction, profile: ColumnProfile) -> Iterator[Rule]:
    low, high = profile.low, profile.high
    skipped = column.role == "identifier" or is_closed(column, profile)
    if low is None or high is None or skipped or column.type == "constant":
        return
    if not (math.isfinite(low) and math.isfinite(high)):
        return
    margin = _RANGE_MARGIN * (high - low)
    least, most = low - margin, high + margin
    if low >= 0:
        least = max(0.0, least)
    if 0 <= low <= high <= 1:
        most = min(1.0, most)
    whole = column.storage == "integer"
    yield rule(
        "ranges",
        "expect_column_values_to_be_between",
        f"The values ranged from {low:g} to {high:g}.",
        column=column.name,
        min_value=math.floor(least) if whole else least,
        max_value=math.ceil(most) if whole else most,
    )


def _formats(column: ColumnDeduction, profile: ColumnProfile) -> Iterator[Rule]:
    if column.storage != "text" or is_closed(column, profile) or column.type == "constant":
        return
    yield rule(
        "formats",
        "expect_column_value_lengths_to_be_between",
        f"The longest text had {profile.max_length} characters.",
        column=column.name,
        min_value=1,
        max_value=2 * profile.max_length + 10,
    )
    pattern = _TYPED_TEXT.get(column.type) or common_pattern(profile.sample)
    if pattern:
        yield rule(
            "formats",
            "expect_column_values_to_match_regex",
            "All values matched this pattern.",
            column=column.name,
            regex=pattern,
        )


def _keys(column: ColumnDeduction, profile: ColumnProfile) -> Iterator[Rule]:
    if column.role == "identifier" and profile.distinct == profile.filled:
        yield rule(
            "keys",
            "expect_column_values_to_be_unique",
            "All values were unique.",
            column=column.name,
        )
