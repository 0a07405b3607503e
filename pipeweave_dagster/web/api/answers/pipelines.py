"""Pipelines."""

from pydantic import BaseModel

from pipeweave_dagster.web.api.answers import Json
from pipeweave_dagster.web.api.answers.data import Job


class PipelineRow(BaseModel):
    """The published pipeline of one data set."""

    dataset: str
    target: str
    task: str
    features: int
    steps: int
    sha256: str


class PipelineFacts(BaseModel):
    """A pipeline, and the versions that it had."""

    dataset: str
    pipeline: Json
    versions: list[Json]


class CheckedPipeline(BaseModel):
    """A valid pipeline, with all fields."""

    dataset: str
    valid: bool
    pipeline: Json


class ChangedPipeline(BaseModel):
    """A pipeline that was set, and the job that makes it."""

    dataset: str
    mode: str
    written: bool
    job: Job


class UpdatedPipeline(BaseModel):
    """A pipeline that was written into pipeweave.yaml; the next run uses it."""

    dataset: str
    key: str
    comments_kept: bool
