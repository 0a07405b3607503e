"""The bodies of requests: unknown keys are refused, and everything is bounded."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipeweave_dagster.core.documents.settings import MetricName, Purpose, Quality
from pipeweave_dagster.services.pipeline_changes import Mode
from pipeweave_dagster.services.predictions import MOST_ROWS
from pipeweave_dagster.services.upload_tickets import LONGEST_S, Zone
from pipeweave_dagster.web.api.shared import SLUG

Dataset = Annotated[str, Field(pattern=SLUG, description="Name of a data set.")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Reason = Annotated[str, Field(max_length=1000, description="Why; it is kept in the audit log.")]
Cell = str | int | float | bool | None
_LARGEST = 1 << 62


class Body(BaseModel):
    """A request."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class UploadRequest(Body):
    """A file that is going to be uploaded."""

    dataset: Dataset
    file_name: Name = Field("upload.csv", description="Its name in the landing zone.")
    zone: Zone = Field("uploads", description="Data to learn from, rows to predict, or labels.")
    expires_s: int = Field(
        3600, ge=1, le=LONGEST_S, description="For how many seconds the address is valid."
    )


class TrainOptions(Body):
    """How a model is trained. What is not set is as in pipeweave.yaml, or deduced."""

    target: Name | None = Field(None, description="Column to predict, or none.")
    metric: MetricName | None = Field(None, description="What the search optimizes.")
    quality: Quality | None = Field(None, description="A budget of 20, 60 or 600 seconds.")
    time_budget_s: float | None = Field(
        None, ge=1, le=86_400, description="Seconds from the start of the run to the model."
    )
    train_for: Purpose | None = Field(
        None, description="With serving, one model where an ensemble is not significantly better."
    )


class CompleteRequest(Body):
    """An upload as its sender has it."""

    upload_id: str = Field(pattern=r"^[0-9a-f]{32}$", description="From the address.")
    size_bytes: int = Field(ge=0, le=_LARGEST, description="Size of the file.")
    sha256: str = Field(pattern=r"^[0-9a-fA-F]{64}$", description="Its hash, in hex digits.")
    train: TrainOptions | None = Field(
        None, description="Start this job at once; else the sensor starts one without options."
    )


class GenerateRequest(Body):
    """A report to make; no settings yet."""

    reason: Reason = ""


class PipelineRequest(Body):
    """Which pipeline a data set gets: written by hand, by rules, or by rules with advice."""

    dataset: Dataset
    mode: Mode = "auto"
    pipeline: dict[str, Any] | None = Field(
        None, description="With the mode manual: fields of a pipeline, as in pipeweave.yaml."
    )
    reason: Reason = ""


class PipelineUpdate(Body):
    """The fields of a pipeline that replace those of an earlier one."""

    pipeline: dict[str, Any]
    reason: Reason = ""


class PipelineCheck(Body):
    """The fields of a pipeline to check; without them those of pipeweave.yaml."""

    pipeline: dict[str, Any] | None = None


class JobRequest(TrainOptions):
    """What to train."""

    dataset: Dataset
    upload: Name | None = Field(None, description="File in uploads/<dataset>/; else the newest.")
    reason: Reason = ""


class CancelRequest(Body):
    """Why a job is cancelled."""

    reason: Reason = ""


class PromoteRequest(Body):
    """The version that becomes champion."""

    version: str = Field(pattern=r"^[0-9]{1,10}$")
    force: bool = Field(default=False, description="In spite of the gate; needs a reason.")
    reason: Reason = ""

    @model_validator(mode="after")
    def _is_explained(self) -> "PromoteRequest":
        if self.force and len(self.reason.strip()) < 3:
            raise ValueError("`force` needs a `reason` of three letters or more, which is kept")
        return self


class RollbackRequest(Body):
    """Why the previous champion is used again."""

    reason: Reason = ""


class RowsRequest(Body):
    """Rows to predict at once, each as column to value."""

    rows: list[dict[Annotated[str, Field(max_length=500)], Cell]] = Field(
        min_length=1, max_length=MOST_ROWS
    )
    explain: bool = Field(default=False, description="Add the columns that contribute most.")


class SwitchRequest(Body):
    """Whether a data set is retrained by itself."""

    enabled: bool
    reason: Reason = ""


FileKind = Literal["csv", "parquet"]
