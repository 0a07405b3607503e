"""What a threshold means on the test rows, for costs that somebody types in."""

from typing import Any

from starlette.requests import Request

from pipeweave_dagster.core.documents import Costs
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.metrics.threshold_table import cheapest, nearest
from pipeweave_dagster.services.model_trials import thresholds_of
from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster.web.work.benches import model_bench
from pipeweave_dagster.web.work.forms import Form

_MOST_COST = 1e9


def thresholds(
    request: Request, dataset: str, version: str, costs: Costs, threshold: float
) -> dict[str, Any]:
    """Return the errors at a threshold, and the one with the least cost."""
    with model_bench(request) as bench:
        rows = thresholds_of(bench, dataset, version, costs)
    return {"now": nearest(rows, threshold), "best": cheapest(rows), "costs": costs}


def costs_of(request: Request, dataset: str, form: Form | None) -> Costs:
    """Return the costs of the form, without one those of the settings."""
    if form is None:
        return settings_of(request.app.state.store, dataset).costs or Costs()
    names = ("false_positive", "false_negative")
    return Costs(**{name: number_of(form.text(name, 30), _MOST_COST) for name in names})


def number_of(text: str, most: float) -> float:
    """Return a number from 0 to the most.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for other texts.
    """
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= most:
        raise validation_error(f"{text[:30]!r} is not a number from 0 to {most:g}.", fix="Correct.")
    return value
