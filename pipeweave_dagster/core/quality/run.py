"""Runs the registry over a case, applies the overrides and fills the groups that say nothing."""

import logging
from pathlib import Path
from typing import get_args

from pipeweave_dagster.core.columns.dataset_version import Version
from pipeweave_dagster.core.documents import (
    DatasetSettings,
    DatasetSnapshot,
    Finding,
    Findings,
    Override,
    SchemaDeduction,
)
from pipeweave_dagster.core.documents.findings import Group
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError
from pipeweave_dagster.core.quality.registry import GUARDRAILS

log = logging.getLogger(__name__)

STALE = "PW508"
GROUPS = "PW604"


def run_guardrails(
    snapshot: DatasetSnapshot,
    schema: SchemaDeduction,
    data: Path,
    settings: DatasetSettings,
    previous: Version | None = None,
) -> Findings:
    """See `pipeweave_dagster.core.quality.inspect`."""
    found = inspect_case(Case.of(snapshot, schema, data, settings, previous))
    if previous is not None:
        found = found.model_copy(update={"compared_with": previous.addresses})
    states = [finding.state for finding in found.findings]
    log.info("findings: %s blocked, %s alerted", states.count("blocked"), states.count("alerted"))
    return found


def inspect_case(case: Case) -> Findings:
    """All findings of a case, with the overrides of its settings applied."""
    overrides = case.settings.overrides
    found, skipped = findings_of(case)
    found = [_overridden(finding, overrides) for finding in found]
    found += _stale(found, overrides)
    found += _silent_groups(found, skipped)
    return Findings(findings=sorted(found, key=lambda finding: finding.code))


def findings_of(case: Case) -> tuple[list[Finding], dict[str, str]]:
    """All findings of a case, and by code why other guardrails did not apply."""
    found: list[Finding] = []
    skipped: dict[str, str] = {}
    for guardrail in GUARDRAILS:
        try:
            found += guardrail.findings(case)
        except NotApplicableError as reason:
            skipped[guardrail.code] = str(reason)
    return _strongest(found), skipped


def _strongest(found: list[Finding]) -> list[Finding]:
    """At most one leakage finding a column: the strongest, by state and then by code.

    A recode of the target is also nearly perfect, pure and strong; one override must be enough,
    and one line tells why a column was dropped.
    """
    rank = {"blocked": 0, "fixed": 1, "alerted": 2, "passed": 3}
    seen: set[str] = set()
    kept: list[Finding] = []
    for finding in sorted(found, key=lambda f: rank[f.state]):
        repeats = bool(finding.columns) and set(finding.columns) <= seen
        if finding.group == "leakage" and repeats:
            continue
        if finding.group == "leakage" and len(finding.columns) == 1:
            seen |= set(finding.columns)
        kept.append(finding)
    suspects = {c for f in kept if f.group == "leakage" and f.state != "passed" for c in f.columns}
    # What leaks has groups of one outcome by nature; that is said already.
    grouped = [f for f in kept if f.code != GROUPS or not set(f.columns) <= suspects]
    return sorted(grouped, key=lambda f: f.code)


def _overridden(finding: Finding, overrides: list[Override]) -> Finding:
    if finding.state not in {"alerted", "blocked"}:
        return finding
    for override in overrides:
        if override.finding == finding.code and override.column in {None, *finding.columns}:
            return finding.model_copy(update={"overridden": override.told})
    return finding


def _stale(found: list[Finding], overrides: list[Override]) -> list[Finding]:
    """Overrides that set nothing aside: kept in silence they would hide what comes back."""
    title = "Overrides apply to something"
    stale = [o for o in overrides if not any(f.overridden and _meets(o, f) for f in found)]
    if not overrides:
        return []
    if not stale:
        message = f"Overrides in use: {len(overrides)}."
        return [Finding(code=STALE, title=title, group="columns", state="passed", message=message)]
    return [
        Finding(
            code=STALE,
            title=title,
            group="columns",
            state="alerted",
            columns=[override.column] if override.column else [],
            message=f"The override of {override.finding} applies to nothing in this version.",
            evidence={"finding": override.finding, "reason": override.reason},
            proposal="Remove the override from pipeweave.yaml, or correct its code or column.",
        )
        for override in stale
    ]


def _meets(override: Override, finding: Finding) -> bool:
    return override.finding == finding.code and override.column in {None, *finding.columns}


def _silent_groups(found: list[Finding], skipped: dict[str, str]) -> list[Finding]:
    spoken = {finding.group for finding in found}
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
        if group not in spoken
    ]
