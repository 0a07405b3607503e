"""Data sets: the list, and one of them."""

from typing import Any

from fastapi import APIRouter, Request

from pipeweave_dagster.core.documents import DatasetEntry
from pipeweave_dagster.services.dataset_facts import dataset_facts, page_of_datasets
from pipeweave_dagster.services.server_paths import without_paths
from pipeweave_dagster.web.api.answers.data import DatasetFacts
from pipeweave_dagster.web.api.envelope import PageInfo, VersionedResponse, enveloped
from pipeweave_dagster.web.api.shared import (
    DatasetPath,
    PageNumber,
    PageSize,
    Use,
    allowed,
    logged_in,
    sees,
)
from pipeweave_dagster.web.identity import Action

router = APIRouter(tags=["datasets"])


@router.get("/datasets", response_model=VersionedResponse[list[DatasetEntry]])
def list_datasets(
    request: Request, shared: Use, page: PageNumber = 1, page_size: PageSize = 100
) -> Any:
    """List the data sets by name, with champion, score and last run."""
    logged_in(request)
    entries, total = page_of_datasets(shared.store, page, page_size, sees(request))
    return enveloped(entries, PageInfo(page=page, page_size=page_size, total=total))


@router.get(
    "/datasets/{dataset}",
    response_model=VersionedResponse[DatasetFacts],
    dependencies=[allowed(Action.VIEW)],
)
def get_dataset(shared: Use, dataset: DatasetPath) -> Any:
    """Show a data set: version, target, champion, assets, its last run, and how it was read."""
    return enveloped(without_paths(dataset_facts(shared.store, dataset), shared.settings))
