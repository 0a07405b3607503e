"""Uploads, data sets, reports and jobs."""

from pydantic import BaseModel

from pipeweave_dagster.adapters.state import Attempt
from pipeweave_dagster.core.documents import DatasetEntry
from pipeweave_dagster.web.api.answers import Json


class Job(BaseModel):
    """A run of Dagster; times are in seconds since 1970."""

    run_id: str
    job: str
    dataset: str | None
    status: str
    started: float | None
    seconds: float | None
    reason: str | None


class UploadAddress(BaseModel):
    """Where to send the file: by `method`, with these form `fields` and `headers`."""

    dataset: str
    upload_id: str
    key: str
    method: str
    url: str
    fields: dict[str, str]
    headers: dict[str, str]
    max_bytes: int
    expires_s: int
    expires_at: str


class Received(BaseModel):
    """A file that has arrived, and waits for its complete signal."""

    upload_id: str
    size_bytes: int


class CompletedUpload(BaseModel):
    """A file in the landing zone, and the job that it was to start."""

    dataset: str
    key: str
    version: str
    size_bytes: int
    sha256: str
    job: Job | None


class DatasetFacts(BaseModel):
    """Everything about a data set, as `pipeweave datasets show --json`."""

    dataset: str
    summary: DatasetEntry
    stages: dict[str, Json]
    reading: Json | None
    owner: str | None
    owner_note: str
    schema_notes: list[str]
    last_attempt: Attempt | None
    refused: list[Json]


class ReportRow(BaseModel):
    """One data report; `made_at` is in seconds since 1970."""

    report: str
    run_id: str
    made_at: float
    rows: int
    columns: int


class ReportFacts(BaseModel):
    """One data report: highlights, and the whole summary."""

    report: str
    dataset: str | None
    rows: int
    columns: int
    highlights: list[str]
    html: str
    summary: Json


class JobFacts(Job):
    """A job with its error and, once it has ended, its result, as `pipeweave run --json`."""

    finished: bool
    error: Json | None
    result: Json | None
