"""Follow the run of a data set: stages, leaderboard, log; and cancel it."""

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pipeweave_dagster.adapters.dagster_server import DagsterServer
from pipeweave_dagster.core.access import Action
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, validation_error
from pipeweave_dagster.core.naming import check_slug
from pipeweave_dagster.services.dataset_problems import contained
from pipeweave_dagster.services.jobs import cancel_job, find_job
from pipeweave_dagster.services.run_progress import RunProgress, progress_of
from pipeweave_dagster.services.saved_answers import SavedAnswers, outcome_text, saved_answers
from pipeweave_dagster.services.server_paths import attempt_without_paths, without_paths
from pipeweave_dagster.services.training_jobs import start_job
from pipeweave_dagster.web.identity import require
from pipeweave_dagster.web.stages import run_url
from pipeweave_dagster.web.work.forms import Form, posted
from pipeweave_dagster.web.work.pages import see, work_page

_AWAY = "The log is shown once Dagster's web server answers."


def run_page(request: Request) -> Response:
    """Show the last run of a data set; a part of the page renews itself while it is under way."""
    return work_page(request, "run.html.j2", **_content(request))


def run_part(request: Request) -> Response:
    """Return the part of the page that changes."""
    return work_page(request, "run_part.html.j2", **_content(request))


@posted(Action.RUN)
def run_again(request: Request, form: Form) -> Response:
    """Queue a run with the uploads and settings as they are."""
    del form
    return start_run(request, request.path_params["dataset"])


def start_run(request: Request, dataset: str) -> Response:
    """Queue a run through Dagster's web server, and lead to its page."""
    store = request.app.state.store
    start_job(store, server_of(request), dataset, {}, reason="started in the browser")
    return see(f"/datasets/{dataset}/run")


@posted(Action.CANCEL)
def cancel(request: Request, form: Form) -> Response:
    """Cancel the run that is under way; another one that began since is left alone."""
    store, dataset = request.app.state.store, request.path_params["dataset"]
    attempt = store.attempt(dataset)
    if attempt is None or attempt.state != "running" or attempt.run_id != form.text("run_id"):
        raise validation_error(
            "This run is not under way any more.", fix=f"See /datasets/{dataset}/run."
        )
    server = server_of(request)
    cancel_job(store, server, find_job(server, attempt.run_id))
    return see(f"/datasets/{dataset}/run")


def server_of(request: Request) -> DagsterServer:
    """Return Dagster's web server."""
    return DagsterServer(request.app.state.dagster)


def _content(request: Request) -> dict[str, Any]:
    dataset = check_slug(request.path_params["dataset"])
    require(request, Action.VIEW, dataset)
    store, settings = request.app.state.store, request.app.state.settings
    progress = progress_of(store, settings, dataset)
    if progress.attempt is not None:
        shown = attempt_without_paths(progress.attempt, settings)
        progress = replace(progress, attempt=shown)
    answers = SavedAnswers()
    with contained(dataset):  # findings that cannot be read do not hide how the run went
        answers = answers if progress.is_running else saved_answers(store, dataset)
    return {
        "dataset": dataset,
        "progress": progress,
        "answers": answers,
        "outcome": outcome_text(progress.attempt, answers) if progress.attempt else "",
        "log": without_paths(_log(request, progress), settings),
        "run_url": run_url(progress.attempt, settings),
    }


def _log(request: Request, progress: RunProgress) -> list[str]:
    if progress.attempt is None:
        return []
    try:
        lines: list[str] = request.app.state.run_logs.lines(
            server_of(request), progress.attempt.run_id
        )
    except PipeWeaveError as error:
        if error.code == ErrorCode.NOT_FOUND:
            return ["Dagster has no log of this run any more."]
        return [_AWAY]
    return lines
