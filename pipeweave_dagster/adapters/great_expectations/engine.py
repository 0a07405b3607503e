"""Run a suite of Great Expectations on one table.

The package takes four to eight seconds to import, which only happens in the child process.
"""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeweave_dagster.adapters.great_expectations.frames import frames, misfits, read
from pipeweave_dagster.core.documents import DatasetSnapshot, RuleResult, SchemaDeduction
from pipeweave_dagster.core.expectations.outcome import failure
from pipeweave_dagster.core.expectations.rule import group_of
from pipeweave_dagster.core.expectations.suite import Suite

_UNEXPECTED_SHOWN = 200
_WITHOUT_UNIT = "datetime64"
_UNITS = [f"datetime64[{unit}]" for unit in ("s", "ms", "us", "ns")]


def run(
    suite: Suite,
    snapshot: DatasetSnapshot,
    schema: SchemaDeduction,
    data: Path,
) -> tuple[dict[int, RuleResult], set[int]]:
    """Validate a table against a suite.

    Returns:
        The broken rules by their position in the suite, and the positions of rules that could not
        be checked: those on a missing column (reported by the rule on columns), and those on the
        values of a column whose type has changed (reported by the rule on its type).
    """
    columns = {c.name: c for c in schema.columns}
    failures: dict[int, RuleResult] = {}
    skipped = {
        i
        for i, rule in enumerate(suite["expectations"])
        if "column" in rule["kwargs"] and rule["kwargs"]["column"] not in columns
    }
    for place, result in evaluate(suite, skipped, snapshot, data):
        rule = suite["expectations"][place]
        if result["raised"]:
            skipped.add(place)
        elif not result["success"]:
            column = columns.get(rule["kwargs"].get("column", ""))
            failures[place] = failure(rule, _with_rows(rule, result, snapshot, data), column)
    return failures, skipped


def evaluate(
    suite: Suite,
    skipped: set[int],
    snapshot: DatasetSnapshot,
    data: Path,
    result_format: str = "SUMMARY",
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each rule's position and its result."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    from great_expectations.data_context.types.base import ProgressBarsConfig

    import great_expectations as gx

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    source = context.data_sources.add_pandas("data").add_dataframe_asset("table")
    batches = source.add_batch_definition_whole_dataframe("whole")
    shown = {"result_format": result_format, "partial_unexpected_count": _UNEXPECTED_SHOWN}
    for frame, places in _parts(suite, skipped, snapshot, data):
        rules = [_numbered(suite["expectations"][i], i) for i in places]
        part = gx.ExpectationSuite(name="part", expectations=rules)
        batch = batches.get_batch({"dataframe": frame})
        for outcome in batch.validate(part, result_format=shown).results:
            rule: Any = outcome.expectation_config
            facts = {"success": outcome.success, "raised": _raised(outcome.exception_info)}
            yield rule.meta["place"], {**outcome.result, **facts}


def _with_rows(
    rule: dict[str, Any], result: dict[str, Any], snapshot: DatasetSnapshot, data: Path
) -> dict[str, Any]:
    """Add the rows that break a rule on a type: Great Expectations checks types by column only."""
    name = rule["kwargs"].get("column")
    if group_of(rule) != "types" or "type_list" not in rule["kwargs"]:
        return result
    storage = next(c.type for c in snapshot.columns if c.name == name)
    rows = misfits(read(name, snapshot, data), storage, rule["kwargs"]["type_list"])
    counts = {"unexpected_count": len(rows), "element_count": snapshot.rows}
    return {**result, **counts, "partial_unexpected_index_list": rows}


def _numbered(rule: dict[str, Any], place: int) -> dict[str, Any]:
    """Return a rule with its position: results come in another order.

    Suites of earlier releases want dates of no unit, which no column of pandas can be: any will do.
    """
    kwargs = rule["kwargs"]
    if _WITHOUT_UNIT in kwargs.get("type_list", []):
        kwargs = {**kwargs, "type_list": [*kwargs["type_list"], *_UNITS]}
    return {"type": rule["type"], "kwargs": kwargs, "meta": {"place": place}}


def _raised(info: Any) -> bool:
    """Return whether a rule raised, as reported for the rule or for one of its metrics."""
    if not isinstance(info, dict):
        return False
    return bool(info.get("raised_exception")) or any(_raised(v) for v in info.values())


def _parts(
    suite: Suite, skipped: set[int], snapshot: DatasetSnapshot, data: Path
) -> Iterator[tuple[Any, list[int]]]:
    """Yield tables of a few columns with the rules on them; first the rules on the whole table."""
    import pandas as pd

    of: dict[str, list[int]] = {}
    for place, rule in enumerate(suite["expectations"]):
        if place not in skipped:
            of.setdefault(rule["kwargs"].get("column", ""), []).append(place)
    whole = of.pop("", [])
    counting = [i for i in whole if "row_count" in suite["expectations"][i]["type"]]
    naming = [i for i in whole if i not in counting]
    if naming:
        yield pd.DataFrame(columns=[c.name for c in snapshot.columns]), naming
    if counting:
        yield pd.DataFrame({"row": pd.RangeIndex(snapshot.rows)}), counting
    for frame in frames(list(of), snapshot, data):
        yield frame, [i for name in frame.columns for i in of[name]]
