"""The sections about the whole table: overview, target, findings, duplicates, highlights."""

from typing import Any

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.repeated_rows import Repeats
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import DatasetSnapshot, Finding
from pipeweave_dagster.core.eda.number_summary import figure
from pipeweave_dagster.core.eda.view_rows import percent
from pipeweave_dagster.core.quality.case import Case

_MOST_CLASSES = 30
_FINDING = {"code", "title", "group", "state", "columns", "message", "proposal", "overridden"}


def overview(snapshot: DatasetSnapshot, columns: list[Column], repeats: Repeats) -> dict[str, Any]:
    """Return sizes, missing cells, duplicates and the types of the columns."""
    cells = snapshot.rows * len(columns)
    missing = sum(c.missing for c in columns)
    types: dict[str, int] = {}
    for column in columns:
        types[column.info.type] = types.get(column.info.type, 0) + 1
    return {
        "rows_read": snapshot.rows_read,
        "rows_quarantined": snapshot.rows_quarantined,
        "missing_cells": missing,
        "missing_share": figure(missing / cells) if cells else 0.0,
        "duplicate_rows": repeats.rows,
        "stored_bytes": snapshot.data.size_bytes,
        "types": dict(sorted(types.items(), key=lambda item: -item[1])),
        "format": snapshot.dialect.format,
        "encoding": snapshot.dialect.encoding,
    }


def target_section(case: Case) -> dict[str, Any] | None:
    """Return name, task and classes of the target; None without one."""
    deduced, target = case.schema.target, case.table.target
    if deduced.name is None or target is None:
        return None
    order = sorted(range(len(target.labels)), key=lambda c: -int(target.counts[c]))
    classes = [
        {"label": case.display_value(target.column, c).strip("'"), "rows": int(target.counts[c])}
        for c in order[:_MOST_CLASSES]
    ]
    return {
        "name": target.name,
        "task": target.task,
        "positive": target.labels[target.positive] if target.task == "binary" else None,
        "reason": deduced.reason,
        "confidence": figure(deduced.confidence),
        "missing": target.column.missing,
        "classes": classes,
        "classes_left_out": max(0, len(order) - _MOST_CLASSES),
    }


def finding_entry(finding: Finding) -> dict[str, Any]:
    """Return the fields of a finding that the report shows."""
    return finding.model_dump(mode="json", include=_FINDING)


def duplicates(case: Case, findings: list[Finding]) -> dict[str, Any]:
    """Return counts of repeated rows, and of equal rows with contradicting targets."""
    repeats = case.duplicates
    conflict = next((f.evidence for f in findings if f.code == "PW402" and f.evidence), {})
    return {
        "rows": repeats.rows,
        "rows_without_identifiers": repeats.without_identifiers,
        "rows_nearly_alike": repeats.near,
        "largest_group": repeats.largest,
        "identifiers": repeats.identifiers,
        "contradicting_rows": conflict.get("rows", 0),
        "contradicting_groups": conflict.get("groups", 0),
    }


def highlights(summary: dict[str, Any]) -> list[str]:
    """Return the few sentences at the top of the report."""
    overview, target = summary["overview"], summary["target"]
    size = f"{counted(summary['rows'], 'row')} and {counted(summary['columns'], 'column')}"
    missing = percent(overview["missing_share"]) if overview["missing_cells"] else "none"
    lines = [f"{size}; {missing} of the cells are missing."]
    if count := sum("stands_for_missing" in c for c in summary["missingness"]["columns"]):
        columns = "One column seems" if count == 1 else f"{count} columns seem"
        lines.append(f"{columns} to contain placeholders for missing values.")
    if target:
        lines.append(f"The target is '{target['name'][:80]}' ({target['task']}).")
    powered = [d for d in summary["details"] if d.get("power")]
    if best := [f"'{d['name'][:60]}'" for d in powered if d["power"]["skill"] >= 0.05][:3]:
        lines.append(f"Strongest predictors on their own: {', '.join(best)}.")
    states = [f["state"] for f in summary["findings"] if not f["overridden"]]
    lines.append(f"Findings: {states.count('blocked')} blocked, {states.count('alerted')} alerted.")
    return lines
