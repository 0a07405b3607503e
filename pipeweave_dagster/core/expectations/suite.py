"""The suite as a file: written from one version, read back from a person's hands."""

import json
import re
from pathlib import Path
from typing import Any, cast, get_args

from pipeweave_dagster.core.documents import DatasetSnapshot, RuleGroup, SchemaDeduction
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.expectations.rules import Rule, column_rules, table_rules

Suite = dict[str, Any]
_MOST_BYTES = 8 << 20
_MOST_RULES = 20_000
_KEYS = {"type", "kwargs", "severity", "meta", "id", "notes", "description", "rendered_content"}
# What Great Expectations would evaluate as code or SQL stays out.
_FORBIDDEN = {"row_condition", "condition_parser", "unexpected_rows_query"}
_GROUP_OF_TYPE: dict[str, RuleGroup] = {
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


def propose(snapshot: DatasetSnapshot, schema: SchemaDeduction, data: Path, name: str) -> Suite:
    """The rules that this version of a data set suggests for the next ones.

    A rule on the form of values is left out where this version itself breaks it: forms are guessed
    from some values, and then looked for in all of them.

    Args:
        snapshot: The typed table's description.
        schema: What its columns mean.
        data: Its Parquet file, read once, a column at a time.
        name: Name of the data set, which becomes the suite's.
    """
    from pipeweave_dagster.core.schema.column_profile import profile

    profiles = {p.name: p for p in profile(snapshot, data)}
    rules = list(table_rules(schema.columns, snapshot.rows))
    for column in schema.columns:
        rules += column_rules(column, profiles[column.name])
    kept = [r for r in rules if _holds(r, snapshot, data)]
    made_of = {"dataset": snapshot.sha256, "rows": snapshot.rows}
    return {"name": name, "expectations": kept, "meta": {"pipeweave": {"made_of": made_of}}}


def _holds(rule: Rule, snapshot: DatasetSnapshot, data: Path) -> bool:
    if rule["type"] != "expect_column_values_to_match_regex":
        return True
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    place = [c.name for c in snapshot.columns].index(rule["kwargs"]["column"])
    with pq.ParquetFile(data) as file:
        path = file.metadata.schema.column(place).path
        values = file.read(columns=[path]).column(0)
    fits = pc.match_substring_regex(values, rule["kwargs"]["regex"])
    return bool(pc.all(fits, min_count=0).as_py())


def suite_bytes(suite: Suite) -> bytes:
    """The file of a suite: JSON for reviewing, the same bytes for the same rules."""
    return (json.dumps(suite, indent=1, ensure_ascii=False) + "\n").encode()


def read_suite(data: bytes, what: str) -> Suite:
    """A suite from its file, which a person may have edited.

    Raises:
        PipeWeaveError: VALIDATION_ERROR that says which rule is wrong; nothing is evaluated.
    """
    try:
        suite = json.loads(data[: _MOST_BYTES + 1])
    except ValueError as error:
        raise _wrong(what, f"it is no JSON: {error}") from None
    rules = suite.get("expectations") if isinstance(suite, dict) else None
    if not isinstance(rules, list) or not isinstance(suite.get("name"), str):
        raise _wrong(what, "it has no `name` and list of `expectations`")
    if len(rules) > _MOST_RULES:
        raise _wrong(what, f"it has more than {_MOST_RULES} rules")
    meta = suite.get("meta")
    return {
        "name": suite["name"][:200],
        "expectations": [_checked(r, i, what) for i, r in enumerate(rules, 1)],
        "meta": meta if isinstance(meta, dict) else {},
    }


def _checked(rule: Any, number: int, what: str) -> Rule:
    if not isinstance(rule, dict) or not isinstance(rule.get("kwargs"), dict):
        raise _wrong(what, f"rule {number} has no `type` and `kwargs`")
    if rule.get("type") not in _GROUP_OF_TYPE:
        raise _wrong(what, f"rule {number} is of the unknown type {str(rule.get('type'))[:80]!r}")
    strange = (set(rule) - _KEYS) | (set(rule["kwargs"]) & _FORBIDDEN)
    if strange:
        raise _wrong(what, f"rule {number} may not have {', '.join(sorted(strange))[:80]}")
    if "_table_" not in rule["type"] and not isinstance(rule["kwargs"].get("column"), str):
        raise _wrong(what, f"rule {number} names no column")
    for pattern in (rule["kwargs"].get("regex"),):
        _check_pattern(pattern, number, what)
    kept = {k: rule[k] for k in ("type", "kwargs", "severity", "meta") if k in rule}
    return {**kept, "meta": kept.get("meta") if isinstance(kept.get("meta"), dict) else {}}


def _check_pattern(pattern: Any, number: int, what: str) -> None:
    try:
        re.compile(pattern or "")
    except (re.error, TypeError) as error:
        raise _wrong(what, f"rule {number} has a wrong pattern: {error}") from None


def _wrong(what: str, why: str) -> PipeWeaveError:
    return validation_error(
        f"{what} is no suite of expectations: {why}.",
        fix="Correct the file; 'pipeweave expectations NAME --export FILE' writes a right one.",
    )


def group_of(rule: Rule) -> RuleGroup:
    """The group that a rule says it belongs to, else that of its type."""
    about = rule["meta"].get("pipeweave")
    said = about.get("group") if isinstance(about, dict) else None
    return cast("RuleGroup", said if said in get_args(RuleGroup) else _GROUP_OF_TYPE[rule["type"]])


def made_of(suite: Suite) -> str | None:
    """The dataset document that a suite was written from; None once a person has edited it."""
    about = suite["meta"].get("pipeweave")
    found = about.get("made_of") if isinstance(about, dict) else None
    return str(found["dataset"]) if isinstance(found, dict) and "dataset" in found else None
