"""The assets of the workbench, in order; every other list of assets is derived from this one."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipeweave_dagster.core.documents import (
    DatasetSnapshot,
    Document,
    DriftReport,
    EdaReport,
    Evaluation,
    ExpectationReport,
    Findings,
    PerformanceReport,
    PipelineSpec,
    PredictionBatch,
    RawUpload,
    SchemaDeduction,
    ShadowBatch,
    TrainedModel,
    WorkbenchOverview,
)

Job: TypeAlias = Literal["process_dataset", "predict_batch", "refresh_overview"]


@dataclass(frozen=True)
class AssetInfo:
    """One asset.

    Attributes:
        document: Type of its value.
        job: The job that makes it.
        group: Its group in Dagster's web UI.
        activity: What a terminal shows while it is being made.
    """

    document: type[Document]
    job: Job
    group: str
    activity: str

    @property
    def name(self) -> str:
        """The name of the asset, which is the kind of its document."""
        return self.document.kind


CATALOG = (
    AssetInfo(RawUpload, "process_dataset", "data", "Receiving the upload"),
    AssetInfo(DatasetSnapshot, "process_dataset", "data", "Reading and typing"),
    AssetInfo(SchemaDeduction, "process_dataset", "data", "Deducing the schema"),
    AssetInfo(Findings, "process_dataset", "quality", "Checking data quality"),
    AssetInfo(EdaReport, "process_dataset", "quality", "Writing the data report"),
    AssetInfo(PipelineSpec, "process_dataset", "models", "Building the pipeline"),
    AssetInfo(TrainedModel, "process_dataset", "models", "Training"),
    AssetInfo(Evaluation, "process_dataset", "models", "Evaluating"),
    AssetInfo(ExpectationReport, "process_dataset", "quality", "Validating expectations"),
    AssetInfo(PredictionBatch, "predict_batch", "predictions", "Scoring"),
    AssetInfo(DriftReport, "predict_batch", "monitoring", "Measuring drift"),
    AssetInfo(ShadowBatch, "predict_batch", "predictions", "Scoring with the challenger"),
    AssetInfo(PerformanceReport, "predict_batch", "monitoring", "Measuring performance"),
    AssetInfo(WorkbenchOverview, "refresh_overview", "monitoring", "Refreshing the overview"),
)
BY_NAME = {asset.name: asset for asset in CATALOG}
OF_DATASETS = tuple(asset.name for asset in CATALOG if asset.job != "refresh_overview")
"""The assets that every data set has, partitioned by data set."""
NEED_TARGET = tuple(asset.name for asset in CATALOG if asset.group == "models")
"""The assets that are skipped where a data set has no target."""


def assets_of(job: Job) -> tuple[str, ...]:
    """Return the names of the assets that a job makes, in order.

    Example:
        >>> assets_of("predict_batch")
        ('predictions', 'drift', 'shadow', 'performance')
    """
    return tuple(asset.name for asset in CATALOG if asset.job == job)


def made_with(name: str) -> frozenset[str]:
    """Return the assets of the job that makes this one, itself included."""
    return frozenset(assets_of(BY_NAME[name].job))


def activity_of(name: str) -> str:
    """Return what happens while an asset is made; the name itself if it is not in the catalog."""
    if name in BY_NAME:
        return BY_NAME[name].activity
    return f"Pulling {name.removeprefix('source_')}" if name.startswith("source_") else name
