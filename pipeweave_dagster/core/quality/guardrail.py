"""The types of a guardrail: its code, title, group and check, and the hits that a check yields."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from pipeweave_dagster.core.documents import Finding
from pipeweave_dagster.core.documents.findings import Group, State
from pipeweave_dagster.core.quality.case import Case

DROP_OR_EXPLAIN = (
    "Drop the column, or override this finding with the reason why it is known at prediction time."
)


@dataclass(frozen=True)
class Hit:
    """One issue that a check found; the guardrail turns it into a finding.

    Attributes:
        state: `blocked` for proof, `alerted` for suspicion, `fixed` where the pipeline already
            handles it.
        message: The issue in one or two sentences, with figures and without raw values of
            sensitive columns.
        columns: The columns concerned.
        evidence: The figures, JSON-ready.
        proposal: What to do, as an instruction.
        patch: The proposal as keys of `pipeweave.yaml`.
    """

    state: State
    message: str
    columns: list[str] = field(default_factory=list)
    evidence: dict[str, Any] = field(default_factory=dict)
    proposal: str = ""
    patch: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Guardrail:
    """One rule.

    Attributes:
        code: Its stable code.
        title: What should hold.
        group: Its group.
        check: Yields the issues of a case.
        after_proofs: Whether it weighs its evidence by `Case.proven_leaks`, so that it has to run
            after the guardrails that find these.
    """

    code: str
    title: str
    group: Group
    check: Callable[[Case], Iterable[Hit]]
    after_proofs: bool = False

    def findings(self, case: Case) -> list[Finding]:
        """Run the check and return its hits as findings, or a single one in state `passed`.

        Raises:
            NotApplicableError: The case has nothing to check, for example no target.
        """
        findings = [self._finding(hit) for hit in self.check(case)]
        return findings or [self._finding(Hit("passed", "No issues found."))]

    def _finding(self, hit: Hit) -> Finding:
        return Finding(
            code=self.code,
            title=self.title,
            group=self.group,
            state=hit.state,
            columns=hit.columns,
            message=_with_column(hit),
            evidence=hit.evidence,
            proposal=hit.proposal,
            patch=hit.patch,
        )


def _with_column(hit: Hit) -> str:
    """Return the message, prefixed with its only column so that it stands alone in a log."""
    if len(hit.columns) != 1 or hit.state == "passed":
        return hit.message
    name = f"'{hit.columns[0][:80]}'"
    if hit.message.startswith((name, repr(hit.columns[0]))):
        return hit.message
    if hit.message.startswith("It "):
        return name + hit.message.removeprefix("It")
    return f"{name}: {hit.message[0].lower()}{hit.message[1:]}"


def drop(*columns: str) -> dict[str, Any]:
    """Return the patch of `pipeweave.yaml` that drops columns."""
    return {"columns": {name: {"drop": True} for name in columns}}
