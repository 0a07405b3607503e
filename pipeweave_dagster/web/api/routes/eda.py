"""Data reports: make one, list them, read one."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from pipeweave_dagster.services.eda_reports import list_reports, report_by_id, report_content
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.training_jobs import start_job
from pipeweave_dagster.web.addresses import payload_url
from pipeweave_dagster.web.api.answers.data import Job, ReportFacts, ReportRow
from pipeweave_dagster.web.api.envelope import VersionedResponse, enveloped
from pipeweave_dagster.web.api.requests import GenerateRequest
from pipeweave_dagster.web.api.shared import DatasetPath, Use, allowed
from pipeweave_dagster.web.identity import Action, principal_of, require

router = APIRouter(prefix="/eda", tags=["eda"])


@router.post(
    "/{dataset}/generate",
    response_model=VersionedResponse[Job],
    status_code=202,
    dependencies=[allowed(Action.RUN)],
)
def generate_report(
    request: Request, shared: Use, dataset: DatasetPath, body: GenerateRequest
) -> Any:
    """Start a job that reads the newest upload and writes its report, without training."""
    reason = body.reason or f"a report, requested by {principal_of(request).name}"
    job = start_job(shared.store, shared.dagster, dataset, {}, reason=reason, until="eda_report")
    return enveloped(job)


@router.get(
    "/{dataset}/reports",
    response_model=VersionedResponse[list[ReportRow]],
    dependencies=[allowed(Action.VIEW)],
)
def list_of_reports(shared: Use, dataset: DatasetPath) -> Any:
    """List the reports of all kept versions, newest first."""
    return enveloped(list_reports(shared.store, known(shared.store, dataset)))


@router.get("/reports/{report}", response_model=VersionedResponse[ReportFacts])
def get_report(
    request: Request,
    shared: Use,
    report: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="Id from the list.")],
) -> Any:
    """Show a report: its highlights and everything that it has measured."""
    require(request, Action.VIEW)
    document = report_by_id(shared.store, report)
    content = report_content(shared.store, document)
    require(request, Action.VIEW, content.get("dataset"))
    facts = {
        "report": report,
        "dataset": content.get("dataset"),
        "rows": document.rows,
        "columns": document.columns,
        "highlights": document.highlights,
        "html": payload_url(document.html),
        "summary": content,
    }
    return enveloped(facts)
