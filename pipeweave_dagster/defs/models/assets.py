"""Training within a time budget, and evaluation on rows that no fit has seen."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from pipeweave_dagster.core.documents import (
    DatasetSnapshot,
    Evaluation,
    Findings,
    PipelineSpec,
    RawUpload,
    TrainedModel,
)
from pipeweave_dagster.defs.models.checks import ABOUT, check_results
from pipeweave_dagster.lib.asset_checks import check_specs
from pipeweave_dagster.lib.current_run import dataset_of
from pipeweave_dagster.lib.dagster_links import run_tags
from pipeweave_dagster.lib.evaluation_config import EvaluationConfig
from pipeweave_dagster.lib.io_manager import DOCUMENTS
from pipeweave_dagster.lib.mlflow_runs import ended_in_mlflow, open_in_mlflow, will_make
from pipeweave_dagster.lib.partitions import DATASETS
from pipeweave_dagster.lib.run_time_limit import extend_limit
from pipeweave_dagster.lib.stages import run_stage
from pipeweave_dagster.services.registry_state import missing_in_mlflow
from pipeweave_dagster.services.workbench import Workbench

TRAINING_POOL = "pipeweave_training"
"""Limits how many runs train at the same time: two by default, see `dagster.yaml`."""


@dg.asset(
    io_manager_key=DOCUMENTS,
    partitions_def=DATASETS,
    kinds={"scikitlearn", "xgboost", "mlflow"},
    pool=TRAINING_POOL,
    code_version="13",
)
def model(
    context: dg.AssetExecutionContext,
    workbench: dg.ResourceParam[Workbench],
    raw_upload: RawUpload,
    dataset: DatasetSnapshot,
    pipeline: PipelineSpec,
) -> dg.MaterializeResult[TrainedModel]:
    """The best of several models within the time budget, registered in MLflow."""
    from pipeweave_dagster.services.held_out_rows import followed_test_rows
    from pipeweave_dagster.services.training import plug_in_weights, train_and_log

    budget = raw_upload.settings.budget_s(workbench.settings.time_budget_s)
    limit = workbench.settings.memory_limit_mb
    tags = run_tags(context, dataset.data.sha256, workbench.settings)
    ends = not will_make(context, "model_evaluation")
    follows = followed_test_rows(workbench, dataset_of(context), pipeline)

    def train(folder: Path) -> TrainedModel:
        plan = (pipeline, dataset)
        extend_limit(context, workbench.settings, budget)
        with open_in_mlflow(context, ends=ends):
            return train_and_log(
                workbench,
                context.partition_key,
                plan,
                folder,
                budget,
                tags,
                ends=ends,
                tested_like=follows,
            )

    return run_stage(
        context,
        workbench,
        TrainedModel,
        train,
        inputs={"pipeline": pipeline},
        # Of the other documents only the table counts: other notes on it do not train again.
        reads={
            "data": dataset.data.sha256,
            "columns": [c.model_dump(mode="json", exclude={"note"}) for c in dataset.columns],
            "budget_s": budget,
            "mlflow": workbench.settings.tracking_uri,
            # Another limit may allow more training rows, another engine sums in another order.
            **({"memory_limit_mb": limit} if limit else {}),
            **({"engine": "dask"} if workbench.settings.engine else {}),
            **({"tested_like": follows.sha256} if follows else {}),
            **({"plug_ins": weights} if (weights := plug_in_weights(pipeline)) else {}),
        },
        outdated=lambda trained: missing_in_mlflow(workbench, trained),
    )


@dg.asset(
    io_manager_key=DOCUMENTS,
    partitions_def=DATASETS,
    kinds={"mlflow"},
    code_version="16",
    check_specs=check_specs("model_evaluation", ABOUT),
)
def model_evaluation(
    context: dg.AssetExecutionContext,
    config: EvaluationConfig,
    workbench: dg.ResourceParam[Workbench],
    dataset: DatasetSnapshot,
    findings: Findings,
    pipeline: PipelineSpec,
    model: TrainedModel,
) -> Iterator[dg.MaterializeResult[Evaluation] | dg.AssetCheckResult]:
    """Scores with intervals, plots, importances, the model card, and the registry alias.

    Scores and alias come first. What explains them gets a tenth of the budget or 5 s; what
    does not fit is named, and made by a run with `full: true` in the launchpad. Its checks test
    whether the scores can be trusted; a model whose leak canary trips is not promoted.
    """
    from pipeweave_dagster.services.evaluation import evaluate_and_promote

    def evaluate(folder: Path) -> Evaluation:
        plan = (pipeline, findings, dataset)
        with ended_in_mlflow(context):
            run_id = context.op_execution_context.run_id
            name = dataset_of(context)
            return evaluate_and_promote(
                workbench, name, plan, model, folder, run_id, full=config.full
            )

    result = run_stage(
        context,
        workbench,
        Evaluation,
        evaluate,
        inputs={"dataset": dataset, "findings": findings, "pipeline": pipeline, "model": model},
        outdated=config.lacking,
    )
    yield result
    yield from check_results(result.value)
