"""Documents about data quality: findings with evidence, and the EDA report."""

import operator
from typing import Any, ClassVar, Literal

from pydantic import Field

from pipeweave_dagster.core.documents.advice import AdviceNote
from pipeweave_dagster.core.documents.base import Document, Part, Payload, PlainDict

State = Literal["passed", "fixed", "alerted", "blocked"]
Group = Literal["target", "leakage", "missing", "duplicates", "columns", "rows", "drift", "size"]


class Finding(Part):
    """One result of a guardrail. `patch` holds the keys of `pipeweave.yaml` that accept it."""

    code: str
    title: str
    group: Group
    state: State
    columns: list[str] = []
    message: str
    evidence: PlainDict = {}
    proposal: str = ""
    patch: PlainDict = {}
    overridden: str | None = None


class Compared(Part):
    """The previous version in a comparison: addresses of its documents and its data."""

    dataset: str
    schema_deduction: str
    data: str


class Findings(Document):
    """All findings, passed ones included; a blocked finding stops the run before training.

    `compared_with` is the version published before this one, None for the first. A second run on
    the same bytes compares with the same version, so it reuses these findings.
    """

    kind: ClassVar[str] = "findings"
    findings: list[Finding]
    compared_with: Compared | None = None

    @property
    def blocked(self) -> list[Finding]:
        """The findings that stop the run: blocked and not overridden."""
        return [f for f in self.findings if f.state == "blocked" and f.overridden is None]

    @property
    def overrides(self) -> list[str]:
        """The overridden findings with their reasons, one line each, as kept with the model."""
        return [
            f"{f.code} {', '.join(f.columns[:5])}: {f.overridden}".replace(" :", ":")
            for f in self.findings
            if f.overridden is not None
        ]

    def of_group(self, group: Group) -> list[Finding]:
        """Return the findings of one group, which one asset check shows."""
        return [f for f in self.findings if f.group == group]


class EdaReport(Document):
    """The EDA report: `summary` if small, else a payload `summary_file`; and its HTML.

    The summary is plain JSON, and the HTML is a pure function of it. `narrative` holds an adviser's
    sentences whose figures were verified.
    """

    kind: ClassVar[str] = "eda_report"
    rows: int
    columns: int
    summary: dict[str, Any] | None
    summary_file: Payload | None
    html: Payload
    highlights: list[str]
    plot_svg: str
    notes: list[str] = []
    narrative: list[str] = Field(default=[], exclude_if=operator.not_)
    advice: AdviceNote | None = Field(default=None, exclude_if=operator.not_)
