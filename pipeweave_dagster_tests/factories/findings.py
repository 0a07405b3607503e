"""Findings in short, for comparing them in one line."""

from collections.abc import Iterable

from pipeweave_dagster.core.documents import Finding


def brief(findings: Iterable[Finding]) -> list[tuple[str, ...]]:
    """Return code, state and columns of each finding."""
    return [(finding.code, finding.state, *finding.columns) for finding in findings]
