"""What later versions of a data set must hold to, and whether this one does."""

from typing import ClassVar, Literal

from pipeweave_dagster.core.documents.base import Document, Part, Payload

RuleGroup = Literal[
    "columns", "types", "missing", "labels", "categories", "ranges", "formats", "keys"
]


class RuleResult(Part):
    """One rule that was not held to. `examples` are masked; `at_rows` count from 1."""

    group: RuleGroup
    type: str
    column: str | None = None
    text: str
    failed: int
    rows: int
    examples: list[str] = []
    at_rows: list[int] = []
    severity: Literal["critical", "warning", "info"] = "warning"


class ExpectationReport(Document):
    """The suite in force, and what came of it on this version.

    `suite` is what the next versions are held to; `proposed` what this version alone would suggest.
    `validated` is False for the version that the suite was written from.
    """

    kind: ClassVar[str] = "expectations"
    suite: Payload
    proposed: Payload
    validated: bool
    reason: str
    rules: dict[str, int]
    failures: list[RuleResult] = []
    docs: Payload | None = None
    notes: list[str] = []

    def of_group(self, group: RuleGroup) -> list[RuleResult]:
        """The failures that one asset check shows."""
        return [f for f in self.failures if f.group == group]
