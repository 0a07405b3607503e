"""Pipelines: set one by hand or have it made, list, show, check and replace."""

from typing import Any

from fastapi import APIRouter, Request

from pipeweave_dagster.core.naming import SETTINGS_FILE
from pipeweave_dagster.services.dataset_versions import published_pipeline
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.pipeline_changes import check_pipeline, choose_mode, write_pipeline
from pipeweave_dagster.services.pipeline_facts import list_pipelines, list_versions
from pipeweave_dagster.services.training_jobs import start_job
from pipeweave_dagster.web.api.answers.pipelines import (
    ChangedPipeline,
    CheckedPipeline,
    PipelineFacts,
    PipelineRow,
    UpdatedPipeline,
)
from pipeweave_dagster.web.api.envelope import PageInfo, VersionedResponse, enveloped
from pipeweave_dagster.web.api.requests import PipelineCheck, PipelineRequest, PipelineUpdate
from pipeweave_dagster.web.api.shared import (
    DatasetPath,
    PageNumber,
    PageSize,
    Use,
    allowed,
    logged_in,
    sees,
)
from pipeweave_dagster.web.identity import Action, principal_of, require

router = APIRouter(prefix="/pipelines", tags=["pipelines"])


@router.post("", response_model=VersionedResponse[ChangedPipeline], status_code=202)
def create_pipeline(request: Request, shared: Use, body: PipelineRequest) -> Any:
    """Set the pipeline of a data set, by hand or advised, and start the job that makes it."""
    require(request, Action.CONFIGURE, body.dataset)
    require(request, Action.RUN, body.dataset)
    dataset = known(shared.store, body.dataset)
    given = (body.mode, body.pipeline, body.reason)
    written = choose_mode(shared.store, shared.settings, dataset, *given)
    reason = body.reason or f"a pipeline, requested by {principal_of(request).name}"
    job = start_job(shared.store, shared.dagster, dataset, {}, reason=reason, until="pipeline")
    facts = {"dataset": dataset, "mode": body.mode, "written": written is not None, "job": job}
    return enveloped(facts)


@router.get("", response_model=VersionedResponse[list[PipelineRow]])
def list_all_pipelines(
    request: Request, shared: Use, page: PageNumber = 1, page_size: PageSize = 100
) -> Any:
    """List the data sets that have a pipeline."""
    logged_in(request)
    rows = list_pipelines(shared.store, sees(request))
    part = rows[(page - 1) * page_size : page * page_size]
    return enveloped(part, PageInfo(page=page, page_size=page_size, total=len(rows)))


@router.get(
    "/{dataset}",
    response_model=VersionedResponse[PipelineFacts],
    dependencies=[allowed(Action.VIEW)],
)
def get_pipeline(shared: Use, dataset: DatasetPath) -> Any:
    """Show the published pipeline, and the versions that it had."""
    spec = published_pipeline(shared.store, known(shared.store, dataset))
    facts = {"pipeline": spec.model_dump(mode="json")}
    return enveloped(
        {"dataset": dataset, "versions": list_versions(shared.store, dataset), **facts}
    )


@router.post(
    "/{dataset}/validate",
    response_model=VersionedResponse[CheckedPipeline],
    dependencies=[allowed(Action.VIEW)],
)
def validate_pipeline(shared: Use, dataset: DatasetPath, body: PipelineCheck) -> Any:
    """Check a pipeline against the table; an invalid one is an error with all problems."""
    pipeline = check_pipeline(shared.store, known(shared.store, dataset), body.pipeline)
    return enveloped({"dataset": dataset, "valid": True, "pipeline": pipeline})


@router.put(
    "/{dataset}",
    response_model=VersionedResponse[UpdatedPipeline],
    dependencies=[allowed(Action.CONFIGURE)],
)
def update_pipeline(shared: Use, dataset: DatasetPath, body: PipelineUpdate) -> Any:
    """Write a pipeline into pipeweave.yaml; the run that then starts by itself uses it."""
    name = known(shared.store, dataset)
    written = write_pipeline(shared.store, name, body.pipeline, body.reason)
    key = f"uploads/{dataset}/{SETTINGS_FILE}"
    return enveloped({"dataset": dataset, "key": key, "comments_kept": written.before is None})
