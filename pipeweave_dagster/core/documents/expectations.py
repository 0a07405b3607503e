"""The expectations that later versions of a data set are validated against, and the result."""

from typing import ClassVar, Literal

from pipeweave_dagster.core.documents.base import Document, Part, Payload

RuleGroup = Literal[
    "columns", "types", "missing", "labels", "categories", "ranges", "formats", "keys"
]


class RuleResult(Part):
    """One expectation that failed. `examples` are masked; `at_rows` are 1-based row numbers."""

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
    """The suite in force, and the result of validating this version against it.

    `suite` is what the next versions are validated against; `proposed` is what this version alone
    would suggest. `validated` is False for the version that the suite was written from.
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
        """Return the failures of one group, which one asset check shows."""
        return [f for f in self.failures if f.group == group]
