"""A data set as plain data: everything that the report shows."""

from pathlib import Path
from typing import Any

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.predictive_power import Power
from pipeweave_dagster.core.columns.repeated_rows import Repeats
from pipeweave_dagster.core.columns.row_times import row_times
from pipeweave_dagster.core.columns.sentinel_values import without_sentinels
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.documents import DatasetSnapshot, Finding, SchemaDeduction
from pipeweave_dagster.core.eda.associations import associations
from pipeweave_dagster.core.eda.categories import lengths, top_values
from pipeweave_dagster.core.eda.missing_section import missingness
from pipeweave_dagster.core.eda.number_summary import figure, histogram, moments
from pipeweave_dagster.core.eda.report_options import ReportOptions
from pipeweave_dagster.core.eda.samples import sample_rows
from pipeweave_dagster.core.eda.target_relation import relation
from pipeweave_dagster.core.eda.text_terms import terms
from pipeweave_dagster.core.eda.time_coverage import coverage
from pipeweave_dagster.core.eda.time_section import time_section
from pipeweave_dagster.core.eda.version_changes import since_last
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError
from pipeweave_dagster.core.quality.run import inspect_case

FORMAT = 1
MAX_DETAILS = 150
NAMED = {"categorical", "ordinal", "boolean"}
HIDDEN = {"identifier", "url", "email", "phone"}
_RANK = {"blocked": 0, "alerted": 1, "fixed": 2}


def summarise(
    dataset: str,
    snapshot: DatasetSnapshot,
    schema: SchemaDeduction,
    data: Path,
    options: ReportOptions,
) -> dict[str, Any]:
    """All figures of the report as JSON-ready data (see `docs/reference/report.md`).

    Args:
        dataset: Name of the data set.
        snapshot: The typed table's description.
        schema: Meaning of its columns, and the target.
        data: The snapshot's Parquet file.
        options: What the user said (overrides mark the findings), and the version before.
    """
    case = Case.of(snapshot, schema, data, options.settings, options.previous)
    columns = case.table.columns
    powers = _powers(case)
    ranked = sorted(columns, key=lambda c: (-_skill(powers, c), case.table.names.index(c.name)))
    detailed = _detailed(ranked, schema.target.name)
    everything = inspect_case(case).findings
    found = [f for f in everything if f.state in _RANK]
    clock = row_times(columns)
    target = without_sentinels(case.table.target, columns)
    summary = {
        "format": FORMAT,
        "dataset": dataset,
        "overview": _overview(snapshot, columns, case.duplicates),
        "rows": snapshot.rows,
        "columns": len(columns),
        "target": _target(case),
        "findings": [_finding(f) for f in sorted(found, key=lambda f: (_RANK[f.state], f.code))],
        "details": [_detail(c, target, powers) for c in detailed],
        "listed": [_head(c, powers) for c in columns],
        "associations": associations([c for c in ranked if not _hidden(c)]),
        "missingness": missingness(columns, target, clock and clock[0]),
        "duplicates": _duplicates(case, everything),
        "time": time_section(clock, target),
        "drift": since_last(case),
        "samples": sample_rows(columns, options.samples, _hidden),
        "notes": [*snapshot.notes, *schema.notes, *_limits(columns, detailed)],
    }
    return {**summary, "highlights": highlights(summary)}


def highlights(summary: dict[str, Any]) -> list[str]:
    """A few sentences for those who read nothing else."""
    overview, target = summary["overview"], summary["target"]
    size = f"{summary['rows']:,} rows and {summary['columns']:,} columns"
    gone = overview["missing_share"]
    lines = [
        f"{size}, {f'{gone:.1%} of the cells' if overview['missing_cells'] else 'no cell'} missing."
    ]
    stand = sum("stands_for_missing" in c for c in summary["missingness"]["columns"])
    if stand:
        each = "one column" if stand == 1 else f"{stand} columns"
        lines.append(f"In {each} a number or word seems to stand for a missing value.")
    if target:
        lines.append(f"The target is '{target['name'][:80]}' ({target['task']}).")
    tells = [d for d in summary["details"] if d.get("power") and d["power"]["skill"] >= 0.05][:3]
    if tells:
        lines.append("It is told best by " + ", ".join(f"'{d['name'][:60]}'" for d in tells) + ".")
    states = [f["state"] for f in summary["findings"] if not f["overridden"]]
    lines.append(f"Findings: {states.count('blocked')} blocked, {states.count('alerted')} alerted.")
    return lines


def _powers(case: Case) -> dict[str, Power]:
    try:
        return case.univariate_power
    except NotApplicableError:
        return {}


def _skill(powers: dict[str, Power], column: Column) -> float:
    return powers[column.name].skill if column.name in powers else -1.0


def _detailed(ranked: list[Column], target: str | None) -> list[Column]:
    first = [c for c in ranked if c.name == target]
    return [*first, *(c for c in ranked if c.name != target)][:MAX_DETAILS]


def _hidden(column: Column) -> bool:
    """Columns whose values are shown nowhere: identifiers and personal data."""
    return bool(column.info.pii) or column.info.role == "identifier" or column.info.type in HIDDEN


def _overview(snapshot: DatasetSnapshot, columns: list[Column], repeats: Repeats) -> dict[str, Any]:
    cells = snapshot.rows * len(columns)
    missing = sum(c.missing for c in columns)
    kinds: dict[str, int] = {}
    for column in columns:
        kinds[column.info.type] = kinds.get(column.info.type, 0) + 1
    return {
        "rows_read": snapshot.rows_read,
        "rows_quarantined": snapshot.rows_quarantined,
        "missing_cells": missing,
        "missing_share": figure(missing / cells) if cells else 0.0,
        "duplicate_rows": repeats.rows,
        "stored_bytes": snapshot.data.size_bytes,
        "types": dict(sorted(kinds.items(), key=lambda kind: -kind[1])),
        "format": snapshot.dialect.format,
        "encoding": snapshot.dialect.encoding,
    }


def _duplicates(case: Case, findings: list[Finding]) -> dict[str, Any]:
    """Repeated rows, and rows that differ in the target alone."""
    repeats = case.duplicates
    clash = next((f.evidence for f in findings if f.code == "PW402" and f.evidence), {})
    return {
        "rows": repeats.rows,
        "rows_without_identifiers": repeats.without,
        "rows_nearly_alike": repeats.near,
        "largest_group": repeats.largest,
        "identifiers": repeats.naming,
        "contradicting_rows": clash.get("rows", 0),
        "contradicting_groups": clash.get("groups", 0),
    }


def _target(case: Case) -> dict[str, Any] | None:
    deduced, target = case.schema.target, case.table.target
    if deduced.name is None or target is None:
        return None
    order = sorted(range(len(target.labels)), key=lambda c: -int(target.counts[c]))
    classes = [
        {"label": case.display_value(target.column, c).strip("'"), "rows": int(target.counts[c])}
        for c in order[:30]
    ]
    return {
        "name": target.name,
        "task": target.task,
        "positive": target.labels[target.positive] if target.task == "binary" else None,
        "reason": deduced.reason,
        "confidence": figure(deduced.confidence),
        "missing": target.column.missing,
        "classes": classes,
        "classes_left_out": max(0, len(order) - 30),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    kept = {"code", "title", "group", "state", "columns", "message", "proposal"}
    kept |= {"overridden"}
    return finding.model_dump(mode="json", include=kept)


def _head(column: Column, powers: dict[str, Power]) -> dict[str, Any]:
    info, power = column.info, powers.get(column.name)
    return {
        "name": column.name,
        "type": info.type,
        "storage": info.storage,
        "role": info.role,
        "missing": column.missing,
        "distinct": column.distinct,
        "power": None
        if power is None or info.type == "text"  # whole texts hardly ever repeat
        else {
            "metric": power.metric,
            "value": figure(round(power.value, 6)),
            "skill": figure(round(power.skill, 6)),
        },
    }


def _detail(column: Column, target: Target | None, powers: dict[str, Power]) -> dict[str, Any]:
    detail = {**_head(column, powers), "reason": column.info.reason, "pii": column.info.pii}
    if _hidden(column) or column.distinct == 0:
        detail["reason"] = ""  # it may quote values
        return {**detail, "kind": "hidden" if column.distinct else "empty"}
    related = target is not None and target.classes > 1 and column.name != target.name
    if target is not None and related and column.info.type != "text":
        detail["relation"] = relation(column, target)
    if column.ordered and column.info.type not in NAMED:
        timely = column.info.storage in {"date", "datetime"}
        detail |= {"kind": "time" if timely else "number", "figures": moments(column)}
        detail |= {"histogram": histogram(column)}
        return detail | ({"coverage": coverage(column)} if timely else {})
    if column.info.type == "text":
        words = terms(column, target if related else None)
        if words.get("telling"):
            detail["relation"] = words.pop("telling")
        detail |= {"kind": "text", "lengths": lengths(column), "terms": words}
        return {**detail, "top": top_values(column)}
    return {**detail, "kind": "category", "top": top_values(column)}


def _limits(columns: list[Column], detailed: list[Column]) -> list[str]:
    if len(detailed) == len(columns):
        return []
    rest = len(columns) - len(detailed)
    first = f"Details are given for the {len(detailed)} columns that tell most of the target"
    return [f"{first}; the other {rest} are listed with their key figures."]
