"""One function a group of rules: what each column showed becomes what it has to show again."""

import math
import re
from collections.abc import Iterator
from typing import Any

from pipeweave_dagster.core.documents import ColumnDeduction, RuleGroup
from pipeweave_dagster.core.schema.column_profile import ColumnProfile

Rule = dict[str, Any]
_MOST_CATEGORIES = 50
_ROWS_A_CATEGORY = 5
_RANGE_MARGIN = 0.25
_LEAST_ROWS_SHARE = 0.1
_SURE_ROWS = 20
# A model that was trained on the version before cannot cope with a break of these.
_CRITICAL = {"columns", "types", "labels"}
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
_SHAPE = re.compile(r"[A-Za-z]+|[0-9]+")


def rule(group: RuleGroup, type_: str, why: str, **kwargs: Any) -> Rule:
    """One expectation in the form of Great Expectations, with its group and its reason."""
    about = {"group": group, "why": why}
    severity = "critical" if group in _CRITICAL else "warning"
    return {"type": type_, "kwargs": kwargs, "severity": severity, "meta": {"pipeweave": about}}


def table_rules(columns: list[ColumnDeduction], rows: int) -> Iterator[Rule]:
    """The columns are the same ones, and there are not suddenly far fewer rows."""
    yield rule(
        "columns",
        "expect_table_columns_to_match_set",
        "These columns were there, and no others.",
        column_set=[c.name for c in columns],
        exact_match=True,
    )
    yield rule(
        "columns",
        "expect_table_row_count_to_be_between",
        f"There were {rows} rows; a tenth of them may be a broken delivery.",
        min_value=max(1, math.ceil(_LEAST_ROWS_SHARE * rows)),
    )


def column_rules(column: ColumnDeduction, profile: ColumnProfile) -> Iterator[Rule]:
    """All rules of one column; its values are looked at only where it has any."""
    yield rule(
        "types",
        "expect_column_values_to_be_in_type_list",
        f"The column held {column.storage} values.",
        column=column.name,
        type_list=TYPES[column.storage],
    )
    yield from _missing(profile)
    if profile.filled >= _SURE_ROWS:
        yield from _categories(column, profile)
        yield from _ranges(column, profile)
        yield from _formats(column, profile)
        yield from _keys(column, profile)


def _missing(profile: ColumnProfile) -> Iterator[Rule]:
    share = profile.missing / max(1, profile.rows)
    allowed = min(1.0, 2 * share + 0.05) if profile.missing else 0.0
    if allowed < 1:
        known = f"{profile.missing} of {profile.rows} values were missing."
        yield rule(
            "missing",
            "expect_column_values_to_not_be_null",
            known if profile.missing else "No value was missing.",
            column=profile.name,
            **_mostly(1 - allowed),
        )


def _mostly(share: float) -> dict[str, Any]:
    """The least share of rows that must hold to a rule, rounded down; nothing for all of them."""
    return {} if share >= 1 else {"mostly": math.floor(share * 1e6) / 1e6}


def is_closed(column: ColumnDeduction, profile: ColumnProfile) -> bool:
    """Whether the values seen are all that there are: few, repeated, and no amounts."""
    enough = profile.filled >= _ROWS_A_CATEGORY * profile.distinct
    kinds = {"categorical", "ordinal", "boolean"}
    return column.type in kinds and 1 <= profile.distinct <= _MOST_CATEGORIES and enough


def _categories(column: ColumnDeduction, profile: ColumnProfile) -> Iterator[Rule]:
    """Only known values. Where some were seen once, so many unseen ones are to be expected.

    That share is the estimate of Good and Turing: values seen once over all values.
    """
    target = column.role == "target"
    if column.storage not in {"text", "integer", "number"} or not is_closed(column, profile):
        return
    values: list[Any] = list(profile.top)
    if column.storage in {"integer", "number"}:
        values = [int(float(v)) if profile.whole else float(v) for v in values]
    once = sum(n == 1 for n in profile.top.values()) / profile.filled
    yield rule(
        "labels" if target else "categories",
        "expect_column_values_to_be_in_set",
        f"{len(values)} different values were seen.",
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
        f"The values ran from {low:g} to {high:g}.",
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
    pattern = _TYPED_TEXT.get(column.type) or common_shape(profile.spread)
    if pattern:
        yield rule(
            "formats",
            "expect_column_values_to_match_regex",
            "All values had this form.",
            column=column.name,
            regex=pattern,
        )


def common_shape(values: tuple[str, ...]) -> str | None:
    """A pattern for values that all are built alike (`0002-ORFBO`), or None.

    Runs of letters and digits keep their kind, case and length; everything else stands for itself.
    """
    shapes = {_shape(v) for v in values if len(v) <= 100}
    if len(values) < _SURE_ROWS or len(shapes) != 1:
        return None
    shape = shapes.pop()
    return f"^{shape}$" if re.search(r"[A-Za-z0-9]\{|\\d", shape) else None


def _shape(value: str) -> str:
    parts, end = [], 0
    for match in _SHAPE.finditer(value):
        run = match[0]
        kind = r"\d" if run.isdigit() else _case(run)
        parts += [re.escape(value[end : match.start()]), f"{kind}{{{len(run)}}}"]
        end = match.end()
    return "".join([*parts, re.escape(value[end:])])


def _case(run: str) -> str:
    return "[A-Z]" if run.isupper() else "[a-z]" if run.islower() else "[A-Za-z]"


def _keys(column: ColumnDeduction, profile: ColumnProfile) -> Iterator[Rule]:
    if column.role == "identifier" and profile.distinct == profile.filled:
        yield rule(
            "keys",
            "expect_column_values_to_be_unique",
            "No two rows shared a value.",
            column=column.name,
        )
