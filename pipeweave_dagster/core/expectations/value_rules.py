"""Rules on the values of one column: categories, ranges, formats and uniqueness."""

import math
from collections.abc import Iterator
from typing import Any

from pipeweave_dagster.core.documents import ColumnDeduction
from pipeweave_dagster.core.expectations.rule import Rule, mostly, rule
from pipeweave_dagster.core.expectations.text_patterns import common_pattern
from pipeweave_dagster.core.number_format import number_as_text
from pipeweave_dagster.core.schema.column_profile import ColumnProfile

_MAX_CATEGORIES = 50
_MIN_ROWS_PER_CATEGORY = 5
_RANGE_MARGIN = 0.25
_TYPED_TEXT = {
    "url": r"^(?:https?|ftp)://\S+$|^www\.\S+\.\S+$",
    "email": r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
}


def is_closed(column: ColumnDeduction, profile: ColumnProfile) -> bool:
    """Return whether the values form a closed set: few, repeated categories."""
    enough = profile.filled >= _MIN_ROWS_PER_CATEGORY * profile.distinct
    kinds = {"categorical", "ordinal", "boolean"}
    return column.type in kinds and 1 <= profile.distinct <= _MAX_CATEGORIES and enough


def category_rules(column: ColumnDeduction, profile: ColumnProfile) -> Iterator[Rule]:
    """Allow known values only, except for twice the share of values that occurred once.

    That share is the Good-Turing estimate of the probability of an unseen value.
    """
    target = column.role == "target"
    if column.storage not in {"text", "integer", "number"} or not is_closed(column, profile):
        return
    values: list[Any] = list(profile.top)
    if column.storage in {"integer", "number"}:
        values = [_number(v, whole=profile.integral) for v in values]
    once = sum(n == 1 for n in profile.top.values()) / profile.filled
    yield rule(
        "labels" if target else "categories",
        "expect_column_values_to_be_in_set",
        f"{len(values)} distinct values were seen.",
        column=column.name,
        value_set=sorted(values),
        **({} if target else mostly(1 - 2 * once)),
    )


def _number(text: str, *, whole: bool) -> int | float:
    """Return a number; a whole one never goes through float, which holds 15 digits."""
    if text.removeprefix("-").isdecimal():
        return int(text)
    return int(float(text)) if whole else float(text)


def range_rules(column: ColumnDeduction, profile: ColumnProfile) -> Iterator[Rule]:
    """Yield a range of the values seen, widened by a margin, for open sets of numbers."""
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
        f"The values ranged from {number_as_text(low)} to {number_as_text(high)}.",
        column=column.name,
        min_value=math.floor(least) if whole else least,
        max_value=math.ceil(most) if whole else most,
    )


def format_rules(column: ColumnDeduction, profile: ColumnProfile) -> Iterator[Rule]:
    """Yield the maximum length of texts, and their pattern if all have the same shape."""
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


def uniqueness_rules(column: ColumnDeduction, profile: ColumnProfile) -> Iterator[Rule]:
    """Yield that an identifier without duplicates stays unique."""
    if column.role == "identifier" and profile.distinct == profile.filled:
        yield rule(
            "keys",
            "expect_column_values_to_be_unique",
            "All values were unique.",
            column=column.name,
        )
