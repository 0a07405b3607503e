"""Predictions: a few rows at once, and the batches that were scored."""

import tempfile
from pathlib import Path as LocalPath
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.predictions import (
    find_batch,
    list_batches,
    predictions_file,
    score_rows,
)
from pipeweave_dagster.web.api.answers.models import Batches, Predictions
from pipeweave_dagster.web.api.envelope import PageInfo, VersionedResponse, enveloped
from pipeweave_dagster.web.api.requests import FileKind, RowsRequest
from pipeweave_dagster.web.api.shared import DatasetPath, PageNumber, PageSize, Use, allowed
from pipeweave_dagster.web.identity import Action

router = APIRouter(prefix="/predictions", tags=["predictions"])
_TYPES = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
_BINARY = {"schema": {"type": "string", "format": "binary"}}


@router.post(
    "/{dataset}",
    response_model=VersionedResponse[Predictions],
    dependencies=[allowed(Action.TRY_MODEL)],
)
def predict_rows(shared: Use, dataset: DatasetPath, body: RowsRequest) -> Any:
    """Predict up to 1,000 rows with the champion; for more, upload a file to the zone `predict`."""
    with shared.model_bench() as bench:
        name = known(shared.store, dataset)
        return enveloped(score_rows(bench, name, body.rows, explain=body.explain))


@router.get(
    "/{dataset}",
    response_model=VersionedResponse[Batches],
    dependencies=[allowed(Action.VIEW)],
)
def list_scored(
    shared: Use, dataset: DatasetPath, page: PageNumber = 1, page_size: PageSize = 100
) -> Any:
    """List the scored batches, newest first, with drift and performance."""
    found = list_batches(shared.store, known(shared.store, dataset), page, page_size)
    info = PageInfo(page=page, page_size=page_size, total=found.pop("total"))
    return enveloped(found, info)


@router.get(
    "/{dataset}/{batch}/file",
    response_class=FileResponse,
    responses={
        200: {
            "description": "The predictions, in row order.",
            "content": dict.fromkeys(_TYPES.values(), _BINARY),
        }
    },
    dependencies=[allowed(Action.VIEW_RAW_ROWS)],
)
def get_predictions(
    shared: Use,
    dataset: DatasetPath,
    batch: Annotated[str, Path(max_length=100)],
    kind: Annotated[FileKind, Query(alias="format")] = "csv",
    version: Annotated[str | None, Query(pattern=r"^[0-9]{1,10}$")] = None,
) -> FileResponse:
    """Download the predictions of a batch."""
    name = known(shared.store, dataset)
    record = find_batch(shared.store, name, batch, version)
    shared.store.cache.mkdir(parents=True, exist_ok=True)
    folder = tempfile.TemporaryDirectory(dir=shared.store.cache)
    path = predictions_file(shared.store, record, kind, LocalPath(folder.name))
    return FileResponse(
        path,
        media_type=_TYPES[kind],
        filename=f"{name}-{record.batch}-{record.model_version}.{kind}",
        background=BackgroundTask(folder.cleanup),
    )
