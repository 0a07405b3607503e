"""Which columns a pipeline uses, and the reason for each that it does not."""

from typing import Any

from pipeweave_dagster.core.documents import (
    ColumnDeduction,
    DatasetSettings,
    Findings,
    SchemaDeduction,
    SplitSpec,
)
from pipeweave_dagster.core.pipelines.step_choice import step_for

_IDENTIFIERS = "PW502"


def as_used(schema: SchemaDeduction, findings: Findings) -> SchemaDeduction:
    """The schema with identifiers as numbers where a finding says that their order is used."""
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
    """Columns that are no features, with the reason for each."""
    dropped: dict[str, str] = {}
    proposed = _proposed(findings)
    for column in schema.columns:
        setting = settings.columns.get(column.name)
        if column.role in ("target", "weight"):
            continue
        step, reason = step_for(column, rows)
        if (setting is not None and setting.drop) or column.role == "dropped":
            dropped[column.name] = column.reason or "dropped in the settings"
        elif column.name in proposed:
            dropped[column.name] = proposed[column.name]
        elif split.kind in ("group", "fold") and column.name == split.column:
            dropped[column.name] = f"divides the rows ({split.kind}), so it is no feature"
        elif column.role == "identifier" or step is None:
            dropped[column.name] = reason or column.reason
    return dropped


def _proposed(findings: Findings) -> dict[str, str]:
    """Columns that are out by a finding, unless a person has set that finding aside.

    An alert alone takes no column away: many honest columns raise one (a symptom that nearly
    decides a diagnosis), and what it proposes holds under a condition that only a person knows.
    """
    proposed: dict[str, str] = {}
    for finding in findings.findings:
        if finding.state not in ("fixed", "blocked") or finding.overridden is not None:
            continue
        patched = finding.patch.get("columns")
        for name, patch in patched.items() if isinstance(patched, dict) else ():
            if isinstance(patch, dict) and patch.get("drop") is True:
                proposed.setdefault(name, f"{finding.code}: {finding.message}")
    return proposed


def said_of_values(columns: list[ColumnDeduction], settings: DatasetSettings) -> dict[str, Any]:
    """Parameters of the first step: values that stand for missing, and merged spellings."""
    said = {c.name: settings.columns[c.name] for c in columns if c.name in settings.columns}
    missing = {name: list(setting.missing) for name, setting in said.items() if setting.missing}
    merged = [name for name, setting in said.items() if setting.merge_spellings]
    found: dict[str, Any] = {"missing": missing} if missing else {}
    return found | ({"merge_spellings": merged} if merged else {})


def suspicion(columns: list[ColumnDeduction], findings: Findings) -> str:
    """Which columns are used although an alert says that they might tell the outcome."""
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
        f"Used although an alert asks whether they are known before the outcome: {shown}{more}. "
        "If they are not, set `columns: {NAME: {drop: true}}` in pipeweave.yaml."
    )
