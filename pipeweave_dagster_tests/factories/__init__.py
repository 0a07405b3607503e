"""Documents and files that tests make instead of running the stages before them."""

from pipeweave_dagster_tests.factories.adviser import adviser_case, adviser_replies
from pipeweave_dagster_tests.factories.datasets import DatasetFiles, make_dataset
from pipeweave_dagster_tests.factories.exported_scripts import run_without_pipeweave
from pipeweave_dagster_tests.factories.findings import brief
from pipeweave_dagster_tests.factories.pipelines import (
    make_pipeline,
    make_schema,
    make_snapshot,
    write_parquet,
)
from pipeweave_dagster_tests.factories.predictions import calibrated_rows
from pipeweave_dagster_tests.factories.training import (
    evaluate_small_model,
    evaluated_cost_model,
    train_small_model,
)

__all__ = [
    "DatasetFiles",
    "adviser_case",
    "adviser_replies",
    "brief",
    "calibrated_rows",
    "evaluate_small_model",
    "evaluated_cost_model",
    "make_dataset",
    "make_pipeline",
    "make_schema",
    "make_snapshot",
    "run_without_pipeweave",
    "train_small_model",
    "write_parquet",
]
