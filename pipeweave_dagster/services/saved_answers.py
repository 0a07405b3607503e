"""How far the findings of a data set are answered, for whoever waits for its next run."""

from dataclasses import dataclass, field

from pipeweave_dagster.adapters.state import Attempt, DocumentStore
from pipeweave_dagster.core.documents import Finding, Findings
from pipeweave_dagster.services.checked_runs import open_findings
from pipeweave_dagster.services.taken_back_answers import answers_since
from pipeweave_dagster.services.unanswered_findings import is_answered


@dataclass(frozen=True)
class SavedAnswers:
    """The answers since the last run that was checked.

    Attributes:
        saved: How many findings have one.
        blocking: The findings that stop runs and have none.
    """

    saved: int = 0
    blocking: list[Finding] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Whether there are answers, and the next run is not stopped by the same findings."""
        return self.saved > 0 and not self.blocking


def saved_answers(store: DocumentStore, name: str) -> SavedAnswers:
    """Return how far the findings of the last run that was checked are answered."""
    entries = store.last_with(name, "findings")
    if not entries:
        return SavedAnswers()
    findings = store.load(entries["findings"].document, Findings)
    answers = answers_since(store, name, entries["findings"].made_at)
    return SavedAnswers(
        sum(is_answered(finding, answers) for finding in open_findings(findings)),
        [finding for finding in findings.blocked if not is_answered(finding, answers)],
    )


def outcome_text(attempt: Attempt, answers: SavedAnswers) -> str:
    """Return how a run ended, in a few words; one that waits for answers has not failed."""
    if attempt.state != "failed" or not attempt.blocked:
        return attempt.state
    if answers.is_complete:
        return "stopped: its answers are saved"
    if any(finding.patch or finding.group != "target" for finding in answers.blocking):
        return "stopped: waits for your answers"
    return "stopped by its findings"
