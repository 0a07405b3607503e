"""Which columns a pipeline uses, and the reason for each that it drops."""

from collections.abc import Sequence
from typing import Any

from pipeweave_dagster.core.documents import (
    ColumnDeduction,
    DatasetSettings,
    Findings,
    SchemaDeduction,
    SnapshotColumn,
    SplitSpec,
    TargetDeduction,
)
from pipeweave_dagster.core.pipelines.step_choice import step_for

DROPPED_BY_USER = "dropped in the settings"
_IDENTIFIERS = "PW502"


def with_used_identifiers(schema: SchemaDeduction, findings: Findings) -> SchemaDeduction:
    """Return the schema with an identifier as a number where an alert says its order is used."""
    used = {
        name
        for finding in findings.findings
        if finding.code == _IDENTIFIERS and finding.state == "alerted"
        for name in finding.columns
    }
    changed = {"type": "numeric", "role": "feature"}
    columns = [
        c.model_copy(update=changed) if c.role == "identifier" and c.name in used else c
        for c in schema.columns
    ]
    return schema.model_copy(update={"columns": columns})


def dropped_columns(
    schema: SchemaDeduction,
    findings: Findings,
    settings: DatasetSettings,
    rows: int,
    split: SplitSpec,
) -> dict[str, str]:
    """Return the columns that are not features, with the reason for each."""
    dropped: dict[str, str] = {}
    by_finding = _dropped_by_findings(findings)
    for column in schema.columns:
        if column.role in ("target", "weight"):
            continue
        step, reason = step_for(column, rows)
        if _dropped_by_user(column, settings):
            dropped[column.name] = DROPPED_BY_USER
        elif column.role == "dropped":
            dropped[column.name] = column.reason
        elif column.name in by_finding:
            dropped[column.name] = by_finding[column.name]
        elif split.kind in ("group", "fold") and column.name == split.column:
            dropped[column.name] = f"is the split column ({split.kind}), so it is not a feature"
        elif column.role == "identifier" or step is None:
            dropped[column.name] = reason or column.reason
    return dropped


def _dropped_by_user(column: ColumnDeduction, settings: DatasetSettings) -> bool:
    """Return whether the settings drop a column, also if they spell its name otherwise."""
    setting = settings.columns.get(column.name)
    if setting is not None:
        return setting.drop
    return column.role == "dropped" and column.overridden


def _dropped_by_findings(findings: Findings) -> dict[str, str]:
    """Return the columns dropped by a finding, unless the user has overridden that finding.

    An alert alone drops no column: many honest columns raise one (a symptom that nearly
    determines a diagnosis), and its proposal depends on a condition that only the user knows.
    """
    dropped: dict[str, str] = {}
    for finding in findings.findings:
        if finding.state not in ("fixed", "blocked") or finding.overridden is not None:
            continue
        patched = finding.patch.get("columns")
        for name, patch in patched.items() if isinstance(patched, dict) else ():
            if isinstance(patch, dict) and patch.get("drop") is True:
                dropped.setdefault(name, f"{finding.code}: {finding.message}")
    return dropped


def value_corrections(
    columns: list[ColumnDeduction],
    settings: DatasetSettings,
    target: TargetDeduction,
    stored: Sequence[SnapshotColumn],
) -> dict[str, Any]:
    """Return the parameters of the first step: placeholders of missing values, merged spellings.

    Placeholders have the texts of the stored values, too: -200.0 is stored as -200.

    Those of the target are in its deduction, since spellings of a class are merged by its labels.
    """
    from pipeweave_dagster.core.ingest.types.listed_values import listed_texts  # imports DuckDB

    given = {c.name: settings.columns[c.name] for c in columns if c.name in settings.columns}
    known_as = {c.name: c for c in stored}
    missing = {
        name: listed_texts(setting.missing, known_as[name])
        for name, setting in given.items()
        if setting.missing and name in known_as
    }
    if target.name is not None and target.missing:
        known = missing.get(target.name, [])
        missing[target.name] = list(dict.fromkeys([*known, *target.missing]))
    merged = [n for n, s in given.items() if s.merge_spellings and n != target.name]
    params: dict[str, Any] = {"missing": missing} if missing else {}
    return params | ({"merge_spellings": merged} if merged else {})


def leak_warning(columns: list[ColumnDeduction], findings: Findings) -> str:
    """Return a warning that names the used columns with an alert of leakage, or an empty text."""
    used = {c.name for c in columns}
    suspects = {
        name: finding.code
        for finding in findings.of_group("leakage")
        if finding.state == "alerted" and finding.overridden is None
        for name in finding.columns
        if name in used
    }
    if not suspects:
        return ""
    shown = ", ".join(f"{name} ({code})" for name, code in list(suspects.items())[:10])
    more = f" and {len(suspects) - 10} more" if len(suspects) > 10 else ""
    return (
        f"Used in spite of an alert that they may leak the target: {shown}{more}. "
        "If they are not known before the outcome, set `columns: {NAME: {drop: true}}` in "
        "pipeweave.yaml."
    )
