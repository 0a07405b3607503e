"""Runs all guardrails on a case, applies the overrides and fills in the groups without findings."""

import logging
from pathlib import Path
from typing import Any, get_args

from pipeweave_dagster.core.columns.dataset_version import Version
from pipeweave_dagster.core.documents import (
    DatasetSettings,
    DatasetSnapshot,
    Finding,
    Findings,
    Override,
    SchemaDeduction,
)
from pipeweave_dagster.core.documents.findings import Group, State
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.measured_once import measured_once
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError
from pipeweave_dagster.core.quality.registry import GUARDRAILS

log = logging.getLogger(__name__)

STALE_OVERRIDE = "PW508"
STALE_OVERRIDE_TITLE = "Overrides match a finding"
ROW_GROUPS = "PW604"
_STATE_RANK = {"blocked": 0, "fixed": 1, "alerted": 2, "passed": 3}


def run_guardrails(
    snapshot: DatasetSnapshot,
    schema: SchemaDeduction,
    data: Path,
    settings: DatasetSettings,
    previous: Version | None = None,
) -> Findings:
    """Run every guardrail; see `pipeweave_dagster.core.quality.inspect`."""
    result = inspect_case(Case.of(snapshot, schema, data, settings, previous))
    if previous is not None:
        result = result.model_copy(update={"compared_with": previous.addresses})
    states = [finding.state for finding in result.findings]
    log.info("findings: %s blocked, %s alerted", states.count("blocked"), states.count("alerted"))
    return result


def inspect_case(case: Case) -> Findings:
    """Return all findings of a case, with the overrides of its settings applied.

    They are computed once per process: the report inspects the same table as the findings.
    """
    return measured_once("findings", case.facts, lambda: _inspect(case))


def _inspect(case: Case) -> Findings:
    overrides = case.settings.overrides
    findings, skipped = run_all(case)
    findings = [_apply_override(finding, overrides) for finding in findings]
    findings += _stale_overrides(findings, overrides)
    findings += _groups_without_findings(findings, skipped)
    return Findings(findings=sorted(findings, key=lambda finding: finding.code))


def run_all(case: Case) -> tuple[list[Finding], dict[str, str]]:
    """Return the findings of all guardrails, and by code why the others do not apply."""
    findings: list[Finding] = []
    skipped: dict[str, str] = {}
    for guardrail in sorted(GUARDRAILS, key=lambda each: each.after_proofs):
        try:
            found = guardrail.findings(case)
        except NotApplicableError as reason:
            skipped[guardrail.code] = str(reason)
            continue
        findings += found
        leaks = (f for f in found if f.group == "leakage" and f.state == "blocked")
        case.proven_leaks.update(name for finding in leaks for name in finding.columns)
    return _without_repeats(findings), skipped


def _without_repeats(findings: list[Finding]) -> list[Finding]:
    """Keep at most one leakage finding per column: the strongest, by state and then by code.

    A recode of the target is also nearly perfect, pure and strong; one override must be enough,
    and one line must tell why a column was dropped.
    """
    covered: set[str] = set()
    kept: list[Finding] = []
    for finding in sorted(findings, key=lambda f: _STATE_RANK[f.state]):
        repeated = bool(finding.columns) and set(finding.columns) <= covered
        if finding.group == "leakage" and repeated:
            continue
        if finding.group == "leakage" and len(finding.columns) == 1:
            covered |= set(finding.columns)
        kept.append(finding)
    leaking = {c for f in kept if f.group == "leakage" and f.state != "passed" for c in f.columns}
    # A leaking column has groups of one outcome by nature; its leakage finding covers that.
    kept = [
        f
        for f in kept
        if f.code != ROW_GROUPS or f.state == "fixed" or not set(f.columns) <= leaking
    ]
    return sorted(kept, key=lambda f: f.code)


def _apply_override(finding: Finding, overrides: list[Override]) -> Finding:
    if finding.state not in {"alerted", "blocked"}:
        return finding
    for override in overrides:
        if _matches(override, finding):
            return finding.model_copy(update={"overridden": override.attributed_reason})
    return finding


def _stale_overrides(findings: list[Finding], overrides: list[Override]) -> list[Finding]:
    """Alert on overrides that match nothing: kept silently, they would hide a later finding."""
    if not overrides:
        return []
    stale = [o for o in overrides if not any(f.overridden and _matches(o, f) for f in findings)]
    if not stale:
        return [_override_finding("passed", f"Overrides in use: {len(overrides)}.")]
    return [
        _override_finding(
            "alerted",
            f"The override of {override.finding} matches no finding in this version.",
            columns=[override.column] if override.column else [],
            evidence={"finding": override.finding, "reason": override.reason},
            proposal="Remove the override from pipeweave.yaml, or correct its code or column.",
        )
        for override in stale
    ]


def _override_finding(state: State, message: str, **facts: Any) -> Finding:
    return Finding(
        code=STALE_OVERRIDE,
        title=STALE_OVERRIDE_TITLE,
        group="columns",
        state=state,
        message=message,
        **facts,
    )


def _matches(override: Override, finding: Finding) -> bool:
    return override.finding == finding.code and override.column in {None, *finding.columns}


def _groups_without_findings(findings: list[Finding], skipped: dict[str, str]) -> list[Finding]:
    covered = {finding.group for finding in findings}
    reasons = sorted(set(skipped.values())) or ["there is nothing to compare with"]
    return [
        Finding(
            code=f"PW{number}00",
            title=f"Nothing to check: {group}",
            group=group,
            state="passed",
            message=f"No guardrail of this group applies: {'; '.join(reasons)}.",
        )
        for number, group in enumerate(get_args(Group), start=1)
        if group not in covered
    ]
