"""Try a model: change a value and see the prediction, move the threshold and see the errors."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from pipeweave_dagster.core.access import Action
from pipeweave_dagster.core.documents import Costs
from pipeweave_dagster.core.errors import PipeWeaveError, not_found
from pipeweave_dagster.core.naming import check_slug
from pipeweave_dagster.core.prediction.what_if import ModelInput, RowPrediction
from pipeweave_dagster.services.model_aliases import aliases_of
from pipeweave_dagster.services.model_trials import (
    inputs_of,
    positive_of,
    try_row,
)
from pipeweave_dagster.services.model_versions import load_version
from pipeweave_dagster.web.identity import require
from pipeweave_dagster.web.work.benches import model_bench
from pipeweave_dagster.web.work.forms import Form, posted
from pipeweave_dagster.web.work.pages import work_page
from pipeweave_dagster.web.work.threshold_form import costs_of, number_of, thresholds

MOST_INPUTS = 80


def try_page(request: Request) -> Response:
    """Show the inputs of the champion with typical values, and its threshold."""
    dataset = check_slug(request.path_params["dataset"])
    require(request, Action.TRY_MODEL, dataset)
    version = _version(request, dataset)
    inputs = _inputs(request, dataset, version)
    values = {i.name: i.typical for i in inputs}
    return _page(request, dataset, version, inputs, values, costs_of(request, dataset, None))


@posted(Action.TRY_MODEL)
def try_model(request: Request, form: Form) -> Response:
    """Show the prediction for the values of the form; to the script only the part that changes."""
    dataset = request.path_params["dataset"]
    version = form.text("version", 20) or _version(request, dataset)
    inputs = _inputs(request, dataset, version)
    values = {i.name: form.text(f"value-{n}") for n, i in enumerate(inputs)}
    if form.ticked("part"):
        answer = work_page(
            request, "try_result.html.j2", result=_predicted(request, dataset, version, values)
        )
        answer.headers["x-part"] = "yes"
        return answer
    return _page(request, dataset, version, inputs, values, costs_of(request, dataset, None))


@posted(Action.TRY_MODEL)
def try_threshold(request: Request, form: Form) -> Response:
    """Show errors and cost at a threshold; to the script only the part that changes."""
    dataset = request.path_params["dataset"]
    version = form.text("version", 20) or _version(request, dataset)
    costs = costs_of(request, dataset, form)
    threshold = number_of(form.text("threshold", 30), 1.0)
    if form.ticked("part"):
        shown = thresholds(request, dataset, version, costs, threshold)
        answer = work_page(request, "threshold_result.html.j2", shown=shown)
        answer.headers["x-part"] = "yes"
        return answer
    inputs = _inputs(request, dataset, version)
    values = {i.name: i.typical for i in inputs}
    return _page(request, dataset, version, inputs, values, costs, threshold)


def _page(
    request: Request,
    dataset: str,
    version: str,
    inputs: Sequence[ModelInput],
    values: dict[str, str],
    costs: Costs,
    threshold: float | None = None,
) -> Response:
    store = request.app.state.store
    trained, _ = load_version(store, dataset, version)
    positive = positive_of(store, dataset, version, trained)
    if threshold is None:
        threshold = 0.5 if trained.threshold is None else round(trained.threshold, 2)
    shown = thresholds(request, dataset, version, costs, threshold) if positive else None
    return work_page(
        request,
        "try.html.j2",
        dataset=dataset,
        version=version,
        trained=trained,
        positive=positive,
        inputs=list(enumerate(inputs)),
        values=values,
        result=_predicted(request, dataset, version, values),
        costs=costs,
        threshold=threshold,
        shown=shown,
    )


def _inputs(request: Request, dataset: str, version: str) -> list[ModelInput]:
    with model_bench(request) as bench:
        return inputs_of(bench, dataset, version)[:MOST_INPUTS]


def _predicted(
    request: Request, dataset: str, version: str, values: dict[str, str]
) -> RowPrediction | PipeWeaveError:
    """Return the prediction, or what is wrong with the values."""
    row = {name: text or None for name, text in values.items()}
    try:
        with model_bench(request) as bench:
            return try_row(bench, dataset, version, row)
    except PipeWeaveError as error:
        if error.code.http_status >= 500:
            raise
        return error


def _version(request: Request, dataset: str) -> str:
    """Return the version of the query, else the champion.

    Raises:
        PipeWeaveError: NOT_FOUND without a champion.
    """
    asked = request.query_params.get("version", "")[:20]
    found = asked or aliases_of(request.app.state.store, dataset).get("champion")
    if not found:
        raise not_found(
            f"{dataset!r} has no champion model.", fix="Run it, or promote a version first."
        )
    return found
