"""Training under a budget, and evaluation on rows that no fitting ever saw."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from pipeweave_dagster.core.documents import (
    DatasetSnapshot,
    Evaluation,
    Findings,
    PipelineSpec,
    RawUpload,
    SchemaDeduction,
    TrainedModel,
)
from pipeweave_dagster.defs.models.checks import ABOUT, check_results
from pipeweave_dagster.lib.asset_checks import check_specs
from pipeweave_dagster.lib.dagster_links import run_tags
from pipeweave_dagster.lib.io_manager import DOCUMENTS
from pipeweave_dagster.lib.mlflow_runs import ended_in_mlflow, open_in_mlflow, will_make
from pipeweave_dagster.lib.partitions import DATASETS
from pipeweave_dagster.lib.run_time_limit import make_room
from pipeweave_dagster.lib.stages import dataset_of, run_stage
from pipeweave_dagster.services.training import evaluate_and_promote, train_and_log
from pipeweave_dagster.services.workbench import Workbench

TRAINING_POOL = "pipeweave_training"
"""Its limit is how many runs that train go on at a time: two, as `dagster.yaml` says by default."""


@dg.asset(
    io_manager_key=DOCUMENTS,
    partitions_def=DATASETS,
    kinds={"scikitlearn", "xgboost", "mlflow"},
    pool=TRAINING_POOL,
    code_version="4",
)
def model(
    context: dg.AssetExecutionContext,
    workbench: dg.ResourceParam[Workbench],
    raw_upload: RawUpload,
    dataset: DatasetSnapshot,
    schema_deduction: SchemaDeduction,
    pipeline: PipelineSpec,
) -> dg.MaterializeResult[TrainedModel]:
    """The best of several models under the time budget, registered in MLflow."""
    budget = raw_upload.settings.budget_s(workbench.settings.time_budget_s)
    limit = workbench.settings.memory_limit_mb
    tags = run_tags(context, dataset.data.sha256, workbench.settings)
    ends = not will_make(context, "model_evaluation")

    def train(folder: Path) -> TrainedModel:
        plan = (pipeline, schema_deduction, dataset)
        make_room(context, workbench.settings, budget)
        with open_in_mlflow(context, ends=ends):
            return train_and_log(
                workbench, context.partition_key, plan, folder, budget, tags, ends=ends
            )

    return run_stage(
        context,
        workbench,
        TrainedModel,
        train,
        inputs={"dataset": dataset, "schema_deduction": schema_deduction, "pipeline": pipeline},
        reads={
            "budget_s": budget,
            "mlflow": workbench.settings.tracking_uri,
            # Another limit may let it learn from more rows; without one the key is as it was.
            **({"memory_limit_mb": limit} if limit else {}),
        },
    )


@dg.asset(
    io_manager_key=DOCUMENTS,
    partitions_def=DATASETS,
    kinds={"mlflow"},
    code_version="7",
    check_specs=check_specs("model_evaluation", ABOUT),
)
def model_evaluation(
    context: dg.AssetExecutionContext,
    workbench: dg.ResourceParam[Workbench],
    dataset: DatasetSnapshot,
    findings: Findings,
    pipeline: PipelineSpec,
    model: TrainedModel,
) -> Iterator[dg.MaterializeResult[Evaluation] | dg.AssetCheckResult]:
    """Scores with intervals, plots, importances, the model card, and the registry alias.

    Its checks ask whether the scores can be believed; a model whose canary trips is not promoted.
    """

    def evaluated(folder: Path) -> Evaluation:
        plan = (pipeline, findings, dataset)
        with ended_in_mlflow(context):
            return evaluate_and_promote(workbench, dataset_of(context), plan, model, folder)

    result = run_stage(
        context,
        workbench,
        Evaluation,
        evaluated,
        inputs={"dataset": dataset, "findings": findings, "pipeline": pipeline, "model": model},
    )
    yield result
    yield from check_results(result.value)
