"""Documents and files that tests make instead of running the stages before them."""

from pipeweave_dagster_tests.factories.adviser import adviser_case, adviser_replies
from pipeweave_dagster_tests.factories.datasets import DatasetFiles, make_dataset
from pipeweave_dagster_tests.factories.pipelines import (
    make_pipeline,
    make_schema,
    make_snapshot,
    write_parquet,
)

__all__ = [
    "DatasetFiles",
    "adviser_case",
    "adviser_replies",
    "make_dataset",
    "make_pipeline",
    "make_schema",
    "make_snapshot",
    "write_parquet",
]
