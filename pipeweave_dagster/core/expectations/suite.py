"""The suite as a file: written from one version, and read back after a user may have edited it."""

import json
import re
from pathlib import Path
from typing import Any

from pipeweave_dagster.core.documents import DatasetSnapshot, SchemaDeduction
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.expectations.rule import GROUP_OF_TYPE, QUOTING, Rule
from pipeweave_dagster.core.expectations.rules import column_rules, table_rules

Suite = dict[str, Any]
_MAX_BYTES = 8 << 20
_MAX_RULES = 20_000
_KEYS = {"type", "kwargs", "severity", "meta", "id", "notes", "description", "rendered_content"}
# Great Expectations would evaluate these as code or SQL.
_FORBIDDEN = {"row_condition", "condition_parser", "unexpected_rows_query"}


def propose(snapshot: DatasetSnapshot, schema: SchemaDeduction, data: Path, name: str) -> Suite:
    """Return the rules that this version of a data set suggests for the next ones.

    Patterns are derived from a sample of values and then verified on all of them: one that this
    version itself violates is left out.

    Args:
        snapshot: Description of the typed table.
        schema: Types and roles of its columns.
        data: Its Parquet file, read once, one column at a time.
        name: Name of the data set, used as the name of the suite.

    Example: `suite_bytes(propose(snapshot, schema, data, "titanic"))` is the file of the suite.
    """
    from pipeweave_dagster.core.schema.profile_columns import profile_columns

    profiles = {p.name: p for p in profile_columns(snapshot, data)}
    rules = list(table_rules(schema.columns, snapshot.rows))
    for column in schema.columns:
        rules += column_rules(column, profiles[column.name])
    kept = [r for r in rules if _is_satisfied(r, snapshot, data)]
    made_of = {"dataset": snapshot.sha256, "rows": snapshot.rows}
    return {"name": name, "expectations": kept, "meta": {"pipeweave": {"made_of": made_of}}}


def _is_satisfied(rule: Rule, snapshot: DatasetSnapshot, data: Path) -> bool:
    """Return whether all values match the rule if it is a pattern; True for other rules."""
    if rule["type"] != "expect_column_values_to_match_regex":
        return True
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    place = [c.name for c in snapshot.columns].index(rule["kwargs"]["column"])
    with pq.ParquetFile(data) as file:
        path = file.metadata.schema.column(place).path
        values = file.read(columns=[path]).column(0)
    matches = pc.match_substring_regex(values, rule["kwargs"]["regex"])
    return bool(pc.all(matches, min_count=0).as_py())


def without_masked(suite: Suite, schema: SchemaDeduction) -> Suite:
    """Return a suite without the rules that quote values of columns that are masked since."""
    masked = {column.name for column in schema.columns if column.privacy == "mask"}
    kept = [
        rule
        for rule in suite["expectations"]
        if rule["kwargs"].get("column") not in masked or GROUP_OF_TYPE[rule["type"]] not in QUOTING
    ]
    return {**suite, "expectations": kept}


def suite_bytes(suite: Suite) -> bytes:
    """Return the suite as a JSON file: the same bytes for the same rules."""
    return (json.dumps(suite, indent=1, ensure_ascii=False) + "\n").encode()


def read_suite(data: bytes, what: str) -> Suite:
    """Parse and validate the file of a suite, which a user may have edited.

    Args:
        data: The file.
        what: What to call it in errors.

    Raises:
        PipeWeaveError: VALIDATION_ERROR that names the invalid rule.
    """
    try:
        suite = json.loads(data[: _MAX_BYTES + 1])
    except ValueError as error:
        raise _invalid(what, f"it is not JSON: {error}") from None
    rules = suite.get("expectations") if isinstance(suite, dict) else None
    if not isinstance(rules, list) or not isinstance(suite.get("name"), str):
        raise _invalid(what, "it needs a 'name' and a list of 'expectations'")
    if len(rules) > _MAX_RULES:
        raise _invalid(what, f"it has more than {_MAX_RULES} rules")
    meta = suite.get("meta")
    return {
        "name": suite["name"][:200],
        "expectations": [_checked(r, i, what) for i, r in enumerate(rules, 1)],
        "meta": meta if isinstance(meta, dict) else {},
    }


def _checked(rule: Any, number: int, what: str) -> Rule:
    if not isinstance(rule, dict) or not isinstance(rule.get("kwargs"), dict):
        raise _invalid(what, f"rule {number} needs 'type' and 'kwargs'")
    if rule.get("type") not in GROUP_OF_TYPE:
        raise _invalid(what, f"rule {number} has the unknown type {str(rule.get('type'))[:80]!r}")
    unsupported = (set(rule) - _KEYS) | (set(rule["kwargs"]) & _FORBIDDEN)
    if unsupported:
        raise _invalid(
            what, f"rule {number} has unsupported keys: {', '.join(sorted(unsupported))[:80]}"
        )
    if "_table_" not in rule["type"] and not isinstance(rule["kwargs"].get("column"), str):
        raise _invalid(what, f"rule {number} has no column")
    for pattern in (rule["kwargs"].get("regex"),):
        _check_pattern(pattern, number, what)
    kept = {k: rule[k] for k in ("type", "kwargs", "severity", "meta") if k in rule}
    return {**kept, "meta": kept.get("meta") if isinstance(kept.get("meta"), dict) else {}}


def _check_pattern(pattern: Any, number: int, what: str) -> None:
    try:
        re.compile(pattern or "")
    except (re.error, TypeError) as error:
        raise _invalid(what, f"rule {number} has an invalid pattern: {error}") from None


def _invalid(what: str, why: str) -> PipeWeaveError:
    return validation_error(
        f"{what} is not a valid expectation suite: {why}.",
        fix="Correct the file; 'pipeweave expectations NAME --export FILE' writes a valid one.",
    )


def made_of(suite: Suite) -> str | None:
    """Return the address of the dataset document that a suite was written from, or None."""
    meta = suite["meta"].get("pipeweave")
    source = meta.get("made_of") if isinstance(meta, dict) else None
    return str(source["dataset"]) if isinstance(source, dict) and "dataset" in source else None
