"""The scheduler: what starts by itself, and the switch of each data set."""

import time
from typing import Any

from fastapi import APIRouter, Request

from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.retrain_switch import list_retraining, switch_retraining
from pipeweave_dagster.web.api.answers.operation import Scheduler, Switched
from pipeweave_dagster.web.api.envelope import VersionedResponse, enveloped
from pipeweave_dagster.web.api.requests import SwitchRequest
from pipeweave_dagster.web.api.shared import DatasetPath, Use, allowed, logged_in, sees
from pipeweave_dagster.web.identity import Action

router = APIRouter(prefix="/scheduler", tags=["scheduler"])


@router.get("", response_model=VersionedResponse[Scheduler])
def get_scheduler(request: Request, shared: Use) -> Any:
    """List schedules and sensors, and when each data set is due for retraining (UTC)."""
    logged_in(request)
    due = list_retraining(shared.store, shared.settings, time.time(), sees(request))
    return enveloped({"automation": shared.dagster.automation(), "retraining": due})


@router.put(
    "/{dataset}",
    response_model=VersionedResponse[Switched],
    dependencies=[allowed(Action.SCHEDULE)],
)
def switch(shared: Use, dataset: DatasetPath, body: SwitchRequest) -> Any:
    """Turn the retraining of a data set on or off in its pipeweave.yaml."""
    name = known(shared.store, dataset)
    switch_retraining(shared.store, name, enabled=body.enabled, reason=body.reason)
    return enveloped({"dataset": name, "enabled": body.enabled})
