"""Findings: list them, answer them, take an answer back."""

from typing import Any

from fastapi import APIRouter, Request

from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.naming import SETTINGS_FILE
from pipeweave_dagster.services.checked_runs import checked_run
from pipeweave_dagster.services.finding_answers import (
    Answer,
    answer_findings,
    overrides_block,
    what_of,
)
from pipeweave_dagster.services.finding_facts import finding_facts
from pipeweave_dagster.services.given_answers import given_answer, given_answers
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.settings_file import Written
from pipeweave_dagster.services.taken_back_answers import id_of, undo_answer
from pipeweave_dagster.web.api.answers.findings import AnsweredFindings, FindingFacts
from pipeweave_dagster.web.api.envelope import VersionedResponse, enveloped
from pipeweave_dagster.web.api.finding_requests import AnswersRequest, UndoRequest
from pipeweave_dagster.web.api.shared import DatasetPath, Use, allowed
from pipeweave_dagster.web.identity import Action, require

router = APIRouter(prefix="/findings", tags=["findings"])


@router.get(
    "/{dataset}",
    response_model=VersionedResponse[FindingFacts],
    dependencies=[allowed(Action.VIEW)],
)
def get_findings(shared: Use, dataset: DatasetPath) -> Any:
    """Show the findings of the last run that was checked, and the answers to them."""
    return enveloped(finding_facts(shared.store, known(shared.store, dataset)))


@router.post(
    "/{dataset}/answers",
    response_model=VersionedResponse[AnsweredFindings],
    dependencies=[allowed(Action.ANSWER_FINDINGS)],
)
def give_answers(request: Request, shared: Use, dataset: DatasetPath, body: AnswersRequest) -> Any:
    """Accept, override or acknowledge findings, all at once; the run that then starts uses them.

    With a mistake in one of them nothing is written. To override what blocks takes an approver.
    Acknowledgements change no settings: with nothing else, no run starts.
    """
    name = known(shared.store, dataset)
    run = checked_run(shared.store, name)
    if body.document not in {None, run.document}:
        raise validation_error(
            "A newer run has made other findings.", fix="List them again, and answer those."
        )
    answers = [Answer(**given.model_dump()) for given in body.answers]
    if any(overrides_block(run.findings, answer) for answer in answers):
        require(request, Action.OVERRIDE_BLOCK, name)
    settings, written = answer_findings(shared.store, name, run.findings, answers)
    ids = {entry.version: id_of(entry) for entry in given_answers(shared.store, name, run).all}
    given = [ids.get(what_of(answer.code, answer.column), "") for answer in answers]
    return enveloped(_written(name, written, settings) | {"answer_ids": given})


@router.post(
    "/{dataset}/undo",
    response_model=VersionedResponse[AnsweredFindings],
    dependencies=[allowed(Action.ANSWER_FINDINGS)],
)
def take_back(shared: Use, dataset: DatasetPath, body: UndoRequest) -> Any:
    """Take one answer back: its settings get their earlier values, unless they changed since."""
    name = known(shared.store, dataset)
    run = checked_run(shared.store, name)
    entry = given_answer(shared.store, name, run, body.answer_id)
    return enveloped(_written(name, undo_answer(shared.store, name, entry), {}))


def _written(dataset: str, written: Written | None, settings: dict[str, Any]) -> dict[str, Any]:
    kept = written is None or written.before is None
    key = f"uploads/{dataset}/{SETTINGS_FILE}"
    return {"dataset": dataset, "key": key, "settings": settings, "comments_kept": kept}
