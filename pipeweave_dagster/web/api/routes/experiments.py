"""Experiments: every training of a data set with its trials."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from pipeweave_dagster.services.experiments import experiment_facts, list_experiments
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.web.api.answers.models import ExperimentFacts, ExperimentRow
from pipeweave_dagster.web.api.envelope import VersionedResponse, enveloped
from pipeweave_dagster.web.api.shared import DatasetPath, Use, allowed, logged_in, sees
from pipeweave_dagster.web.identity import Action

router = APIRouter(prefix="/experiments", tags=["experiments"])


@router.get("", response_model=VersionedResponse[list[ExperimentRow]])
def list_all_experiments(request: Request, shared: Use) -> Any:
    """List the data sets that have trainings."""
    logged_in(request)
    return enveloped(list_experiments(shared.store, sees(request)))


@router.get(
    "/{dataset}",
    response_model=VersionedResponse[ExperimentFacts],
    dependencies=[allowed(Action.VIEW)],
)
def get_experiment(
    shared: Use, dataset: DatasetPath, last: Annotated[int, Query(ge=1, le=100)] = 20
) -> Any:
    """Show the last trainings of a data set, each with its trials and its pages in MLflow."""
    name = known(shared.store, dataset)
    return enveloped(experiment_facts(shared.store, name, shared.settings, last))
