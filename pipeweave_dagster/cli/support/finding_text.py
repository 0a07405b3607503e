"""Findings as text and as JSON: the answers they have, and what applies these."""

from typing import Any

import yaml

from pipeweave_dagster.cli.support.output import plain
from pipeweave_dagster.cli.support.run_text import state_text
from pipeweave_dagster.core.documents import Finding, Findings
from pipeweave_dagster.core.quality.user_decisions import is_suspected_leak
from pipeweave_dagster.services.given_answers import GivenAnswers
from pipeweave_dagster.services.settings_file import Written


def marks(finding: Finding, given: GivenAnswers) -> dict[str, bool]:
    """Return whether a finding needs no answer any more, for the JSON."""
    return {"acknowledged": finding in given.covered, "answered": finding in given.answered}


def finding_line(finding: Finding, given: GivenAnswers | None = None) -> str:
    """Return a finding with its answer, and what it proposes."""
    below = finding.overridden or finding.proposal
    state = state_text(finding.state, finding.overridden)
    detail = f"\n         -> {plain(below)}" if below else ""
    mark = ""
    if given is not None and finding in given.covered:
        mark = " (acknowledged)"
    if given is not None and finding in given.answered:
        mark = " (answered in the settings; not applied yet)"
    return f"{state:<8} {finding.code}  {plain(finding.message)}{mark}{detail}"


def applied_by(name: str) -> str:
    """Say what applies an answer that is in the settings."""
    return (
        f"The next run applies it: 'pipeweave run FILE --name {name}' with the same file as before "
        "(or the one that 'pipeweave dev' starts by itself, if it is running)."
    )


def report(
    name: str,
    document: Findings,
    accept: str | None,
    patch: dict[str, Any],
    written: Written | None,
) -> str:
    """Say what was written into the settings, and what follows; empty if nothing was."""
    if written is None:
        return ""
    if not patch:
        return f"Took it back in {written.place}.\n{applied_by(name)}"
    shown = yaml.safe_dump(patch, allow_unicode=True, sort_keys=False).splitlines()
    lines = [f"Wrote {written.place}:", *(f"    {plain(line, 200)}" for line in shown)]
    if written.before:
        lines.append(f"Comments could not be kept; the file as it was: {written.before}")
    left = sorted({c for f in document.findings if is_suspected_leak(f) for c in f.columns})
    if accept == "all" and left:
        names = ", ".join(plain(c, 60) for c in left[:10])
        lines.append(f"For you to decide (is it known at prediction time?): {names}")
    return "\n".join([*lines, applied_by(name)])
