"""What a guardrail is: a code, a title, a group, and a check that yields hits."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from pipeweave_dagster.core.documents import Finding
from pipeweave_dagster.core.documents.findings import Group, State
from pipeweave_dagster.core.quality.case import Case


@dataclass(frozen=True)
class Hit:
    """One thing that a check found, before it gets its code.

    Attributes:
        state: `blocked` for proof, `alerted` for suspicion, `fixed` where the line already acts.
        message: What was found, in a sentence or two, with numbers and without raw values of
            sensitive columns.
        columns: The columns that it is about.
        evidence: The figures, JSON-ready.
        proposal: What to do, as an instruction.
        patch: The same as keys of `pipeweave.yaml`.
    """

    state: State
    message: str
    columns: list[str] = field(default_factory=list)
    evidence: dict[str, Any] = field(default_factory=dict)
    proposal: str = ""
    patch: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Guardrail:
    """One rule with its name for people (`code`) and its check."""

    code: str
    title: str
    group: Group
    check: Callable[[Case], Iterable[Hit]]

    def findings(self, case: Case) -> list[Finding]:
        """Run the check: its hits as findings, or one that says `passed`.

        Raises:
            NotApplicableError: there is nothing to look at.
        """
        found = [self._finding(hit) for hit in self.check(case)]
        return found or [self._finding(Hit("passed", "Nothing found."))]

    def _finding(self, hit: Hit) -> Finding:
        return Finding(
            code=self.code,
            title=self.title,
            group=self.group,
            state=hit.state,
            columns=hit.columns,
            message=_about(hit),
            evidence=hit.evidence,
            proposal=hit.proposal,
            patch=hit.patch,
        )


def _about(hit: Hit) -> str:
    """The message with the name of its one column, so that it can stand alone in a log."""
    if len(hit.columns) != 1 or hit.state == "passed":
        return hit.message
    return f"'{hit.columns[0][:80]}': {hit.message[0].lower()}{hit.message[1:]}"


def drop(*columns: str) -> dict[str, Any]:
    """The patch of `pipeweave.yaml` that leaves columns out."""
    return {"columns": {name: {"drop": True} for name in columns}}
