"""Dashboards: figures over all data sets, and the monitoring of one."""

import time
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.monitoring_facts import monitoring_facts
from pipeweave_dagster.services.totals import totals_of
from pipeweave_dagster.web.api.answers import Json
from pipeweave_dagster.web.api.answers.operation import Totals
from pipeweave_dagster.web.api.envelope import VersionedResponse, enveloped
from pipeweave_dagster.web.api.shared import DatasetPath, Use, allowed, logged_in, sees
from pipeweave_dagster.web.identity import Action

router = APIRouter(prefix="/dashboards", tags=["dashboards"])


@router.get("", response_model=VersionedResponse[Totals])
def get_totals(request: Request, shared: Use) -> Any:
    """Count data sets, champions, blocks and failures, and name what needs a look."""
    logged_in(request)
    may_see = sees(request)
    entries = [entry for entry in shared.listing.entries() if may_see(entry.dataset)]
    return enveloped(totals_of(entries))


@router.get(
    "/{dataset}",
    response_model=VersionedResponse[Json],
    dependencies=[allowed(Action.VIEW)],
)
def get_monitoring(
    shared: Use, dataset: DatasetPath, last: Annotated[int, Query(ge=1, le=1000)] = 24
) -> Any:
    """Show the last batches: drift, expected and measured performance, and what is late."""
    name = known(shared.store, dataset)
    return enveloped(monitoring_facts(shared.store, name, shared.settings, time.time(), last))
