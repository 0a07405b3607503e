"""All answers to the findings of a run, and which findings still wait for one."""

from dataclasses import dataclass

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import Finding
from pipeweave_dagster.core.errors import not_found, validation_error
from pipeweave_dagster.services.acknowledgements import acknowledgements
from pipeweave_dagster.services.audit import AuditEntry
from pipeweave_dagster.services.checked_runs import CheckedRun, open_findings
from pipeweave_dagster.services.finding_answers import what_of
from pipeweave_dagster.services.taken_back_answers import answers_since, id_of
from pipeweave_dagster.services.unanswered_findings import is_answered


@dataclass(frozen=True)
class GivenAnswers:
    """The answers that were not taken back, each list with the oldest first.

    Attributes:
        decided: Accepted and overridden since the run; they count for the next one.
        acknowledged: What covers a finding of the run, whenever it was given.
        covered: The findings of the run that these cover.
        answered: The findings that were accepted or overridden since the run.
        waiting: The findings without an answer, in the order of the run.
    """

    decided: list[AuditEntry]
    acknowledged: list[AuditEntry]
    covered: list[Finding]
    answered: list[Finding]
    waiting: list[Finding]

    @property
    def all(self) -> list[AuditEntry]:
        """Both kinds, the oldest first."""
        return sorted([*self.decided, *self.acknowledged], key=lambda entry: entry.at)


def given_answers(store: DocumentStore, name: str, run: CheckedRun) -> GivenAnswers:
    """Return the answers to the findings of a run."""
    decided = answers_since(store, name, run.made_at)
    still_open = open_findings(run.findings)
    answered = [f for f in still_open if is_answered(f, decided)]
    undecided = [f for f in still_open if f not in answered]
    known = acknowledgements(store, name)
    seen = [a for a in known if any(a.covers(f, run.made_at) for f in undecided)]
    covered = [f for f in undecided if any(a.covers(f, run.made_at) for a in seen)]
    waiting = [f for f in undecided if f not in covered]
    return GivenAnswers(
        decided, [answer.entry(name) for answer in seen], covered, answered, waiting
    )


def find_answer(
    store: DocumentStore, name: str, run: CheckedRun, code: str, column: str | None
) -> AuditEntry:
    """Return the last answer to a finding of this run that was not taken back.

    Raises:
        PipeWeaveError: NOT_FOUND if there is none.
    """
    wanted = what_of(code, column)
    known = [e for e in given_answers(store, name, run).all if e.version == wanted]
    if not known:
        raise not_found(
            f"{wanted} of {name!r} has no answer since its last run.",
            fix="Edit pipeweave.yaml to change older ones.",
        )
    return known[-1]


def given_answer(store: DocumentStore, name: str, run: CheckedRun, answer_id: str) -> AuditEntry:
    """Return an answer to a finding of this run by its id, see `id_of`.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if there is none, or it was taken back.
    """
    for entry in given_answers(store, name, run).all:
        if id_of(entry) == answer_id:
            return entry
    raise validation_error("There is no such answer any more.", fix="List the answers again.")
