"""The versions of a model: promote, roll back, compare."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pipeweave_dagster.core.access import Action
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.naming import check_slug
from pipeweave_dagster.services.model_aliases import aliases_of
from pipeweave_dagster.services.model_rows import model_rows
from pipeweave_dagster.services.model_trials import compare_versions
from pipeweave_dagster.services.promotion import promote_version, roll_back
from pipeweave_dagster.web.identity import require
from pipeweave_dagster.web.work.benches import model_bench
from pipeweave_dagster.web.work.forms import Form, posted
from pipeweave_dagster.web.work.pages import see, work_page

_SHORTEST_REASON = 3


def models_page(request: Request) -> Response:
    """Show all versions with what can be done with them; `?a=1&b=2` compares two."""
    dataset = check_slug(request.path_params["dataset"])
    require(request, Action.VIEW, dataset)
    return _page(request, dataset)


@posted(Action.PROMOTE)
def promote(request: Request, form: Form) -> Response:
    """Make a version the champion if the gate lets it, or by force with a reason."""
    dataset, version = request.path_params["dataset"], form.text("version", 20)
    force, reason = form.ticked("force"), form.text("reason", 500)
    if force:
        require(request, Action.OVERRIDE_BLOCK, dataset)
    try:
        _needs_reason(reason)
        with model_bench(request) as bench:
            promote_version(bench, dataset, version, reason, force=force)
    except PipeWeaveError as error:
        return _refused(request, dataset, _in_words_of_the_form(error))
    return see(f"/datasets/{dataset}/models")


@posted(Action.ROLL_BACK)
def rollback(request: Request, form: Form) -> Response:
    """Make the champion before the current one the champion again."""
    dataset, reason = request.path_params["dataset"], form.text("reason", 500)
    try:
        _needs_reason(reason)
        with model_bench(request) as bench:
            roll_back(bench, dataset, reason)
    except PipeWeaveError as error:
        return _refused(request, dataset, error)
    return see(f"/datasets/{dataset}/models")


def _in_words_of_the_form(error: PipeWeaveError) -> PipeWeaveError:
    """Return a refusal of the gate with the form's own remedy instead of the command's."""
    if "failed" not in error.details:
        return error
    fix = "Choose another version, or give a reason and tick 'In spite of a failed check'."
    return PipeWeaveError(error.code, error.message, fix=fix, **error.details)


def _needs_reason(reason: str) -> None:
    if len(reason) < _SHORTEST_REASON:
        raise validation_error("Say why; the reason is kept in the history.", fix="Write it.")


def _refused(request: Request, dataset: str, error: PipeWeaveError) -> Response:
    """Return the page with the reason, for what the user can put right; raise the rest."""
    if error.code.http_status >= 500:
        raise error
    return _page(request, dataset, error.code.http_status, error)


def _page(
    request: Request, dataset: str, status: int = 200, error: PipeWeaveError | None = None
) -> Response:
    store = request.app.state.store
    rows = list(reversed(model_rows_of(request, dataset)))
    versions = [row["version"] for row in rows]
    pair = [request.query_params.get(side, "")[:20] for side in ("a", "b")]
    compared = compare_versions(store, dataset, *pair) if all(pair) else None
    return work_page(
        request,
        "models.html.j2",
        status,
        dataset=dataset,
        rows=rows,
        versions=versions,
        pair=pair if all(pair) else [*versions[1:2], *versions[:1]],
        compared=compared,
        champion=aliases_of(store, dataset).get("champion", ""),
        error=error,
    )


def model_rows_of(request: Request, dataset: str) -> list[dict[str, Any]]:
    """Return one row per version; this reads documents only, and starts no worker."""
    with model_bench(request) as bench:
        return model_rows(bench, dataset)
