"""Answer the findings of a data set: all at once, each with a choice and a reason."""

from itertools import groupby
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.access import Action
from pipeweave_dagster.core.documents import Finding
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.naming import check_slug
from pipeweave_dagster.core.quality.patch_text import patch_text
from pipeweave_dagster.core.quality.user_decisions import is_suspected_leak
from pipeweave_dagster.services.checked_runs import CheckedRun, checked_run, open_findings
from pipeweave_dagster.services.finding_answers import Answer, answer_findings
from pipeweave_dagster.services.finding_facts import unused_columns
from pipeweave_dagster.services.given_answers import given_answer, given_answers
from pipeweave_dagster.services.taken_back_answers import undo_answer
from pipeweave_dagster.web.identity import require
from pipeweave_dagster.web.work.answered_rows import answered_row, heading, reopened
from pipeweave_dagster.web.work.forms import Form, posted
from pipeweave_dagster.web.work.pages import see, work_page

MOST_FINDINGS = 200
LEAST_REASON = 3
"""Fewest characters of a reason."""
_RANK = {"blocked": 0, "alerted": 1, "fixed": 2}


def findings_page(request: Request) -> Response:
    """Show the open findings with a form, the answers so far, and why columns are not used."""
    dataset = check_slug(request.path_params["dataset"])
    require(request, Action.VIEW, dataset)
    return _page(request, dataset)


@posted(Action.ANSWER_FINDINGS)
def answer(request: Request, form: Form) -> Response:
    """Write the answers of the form; with a mistake nothing is written and the page marks it."""
    store, dataset = request.app.state.store, request.path_params["dataset"]
    run = checked_run(store, dataset)
    if form.text("document") != run.document:
        raise validation_error(
            "A newer run has made other findings.", fix="Load the page again, and answer those."
        )
    wrong: dict[int, str] = {}
    answers = []
    for number, finding in enumerate(_listed(run)):
        try:
            answers += _answers(request, form, number, finding, dataset)
        except PipeWeaveError as error:
            wrong[number] = error.text
    if wrong:
        return _page(request, dataset, 422, form, wrong)
    _, written = answer_findings(store, dataset, run.findings, answers)
    return see(f"/datasets/{dataset}/{'run' if written else 'findings'}")


@posted(Action.ANSWER_FINDINGS)
def undo(request: Request, form: Form) -> Response:
    """Take one answer back."""
    store, dataset = request.app.state.store, request.path_params["dataset"]
    run = checked_run(store, dataset)
    entry = given_answer(store, dataset, run, form.text("at", 40))
    undo_answer(store, dataset, entry)
    return see(f"/datasets/{dataset}/findings?undone={quote(entry.version or '', safe='')}")


def _answers(
    request: Request, form: Form, number: int, finding: Finding, dataset: str
) -> list[Answer]:
    """Return the answer to one finding, for each of its columns.

    Raises:
        PipeWeaveError: FORBIDDEN if the role may not override what blocks, VALIDATION_ERROR without
            a reason.
    """
    chosen = form.text(f"answer-{number}", 20)
    if not chosen:
        return []
    columns: list[str | None] = [*finding.columns] or [None]
    if chosen == "accept":
        return [Answer("accept", finding.code, columns[0])]
    if chosen == "acknowledge":
        return [Answer("acknowledge", finding.code, columns[0])]
    if chosen != "override":
        raise validation_error("This is no answer.", fix="Choose one.")
    if finding.state == "blocked":
        require(request, Action.OVERRIDE_BLOCK, dataset)
    reason = form.text(f"reason-{number}", 500)
    if len(reason) < LEAST_REASON:
        raise validation_error(
            "An override needs a reason, which is kept with the model.", fix="Say why."
        )
    return [Answer("override", finding.code, column, reason) for column in columns]


def _listed(run: CheckedRun) -> list[Finding]:
    """Return what the form may answer; the numbers of its fields are places in this list."""
    found = sorted(open_findings(run.findings), key=lambda f: (_RANK[f.state], f.code))
    return found[:MOST_FINDINGS]


def _page(
    request: Request,
    dataset: str,
    status: int = 200,
    form: Form | None = None,
    wrong: dict[int, str] | None = None,
) -> Response:
    store: DocumentStore = request.app.state.store
    run = checked_run(store, dataset)
    listed = _listed(run)
    sent = {
        name: form.text(name) if form else ""
        for number in range(len(listed))
        for name in (f"answer-{number}", f"reason-{number}")
    }
    answers = given_answers(store, dataset, run)
    waiting = [(n, f) for n, f in enumerate(listed) if f in answers.waiting]
    return work_page(
        request,
        "answers.html.j2",
        status,
        dataset=dataset,
        run=run,
        findings=waiting,
        groups=[[*found] for _, found in groupby(waiting, lambda n: (n[1].state, n[1].code))],
        heading=heading,
        acts={n: patch_text(f.patch) for n, f in waiting},
        least_reason=LEAST_REASON,
        reopened=reopened(waiting, request.query_params.get("undone", "")),
        safe={n for n, f in waiting if f.patch and f.state != "fixed" and not is_suspected_leak(f)},
        suspected=sum(is_suspected_leak(f) and bool(f.patch) for _, f in waiting),
        sent=sent,
        wrong=wrong or {},
        answers=[answered_row(run, entry) for entry in reversed(answers.decided)],
        acknowledged=[answered_row(run, entry) for entry in reversed(answers.acknowledged)],
        unused=unused_columns(run, answers.decided)[:MOST_FINDINGS],
    )
