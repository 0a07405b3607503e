"""How long a run may take: Dagster's tag `dagster/max_runtime`, which run monitoring enforces."""

import dagster as dg
from pydantic import ValidationError

from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.lib.current_run import run_of, tag_run
from pipeweave_dagster.settings import Settings

MAX_RUNTIME_TAG = "dagster/max_runtime"


def job_tags() -> dict[str, str]:
    """Return the default limit as a job tag, which can be changed in the launchpad.

    Invalid settings are reported by the run: the code location must load in spite of them.
    """
    try:
        return limit_tag(Settings())
    except ValidationError:
        return {}


def limit_tag(settings: Settings) -> dict[str, str]:
    """Return the limit of a run whose training budget is not known yet."""
    return {MAX_RUNTIME_TAG: str(settings.task_time_limit_s)}


def extend_limit(context: dg.AssetExecutionContext, settings: Settings, budget_s: float) -> None:
    """Extend the time limit of a run to fit its training budget, unless it was set by hand.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if the limit in the settings is too short for the budget.
    """
    limit = settings.run_limit_s(budget_s)
    if limit < settings.needed_s(budget_s):
        raise validation_error(
            f"A time budget of {budget_s:g} s does not fit into the time limit of {limit:g} s.",
            fix=f"Raise PIPEWEAVE_TASK_TIME_LIMIT_S to {settings.needed_s(budget_s):.0f} or more, "
            "or set a smaller time_budget_s.",
            budget_s=budget_s,
            limit_s=limit,
        )
    begun = run_of(context)
    run = context.instance.get_run_by_id(begun.run_id) if begun else None
    if run is not None and run.tags.get(MAX_RUNTIME_TAG) in limit_tag(settings).values():
        tag_run(context, {MAX_RUNTIME_TAG: f"{limit:.0f}"})
