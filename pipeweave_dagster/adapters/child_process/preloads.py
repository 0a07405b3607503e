"""What worker processes import in advance, by what they are for."""

READING = ("duckdb", "pyarrow.parquet", "numpy")
# Like skops.io, which is imported by it; see there.
SKOPS = "pipeweave_dagster.adapters.worker.skops_import"
# First, so that scikit-learn finds what it leaves for later.
LAZY = "pipeweave_dagster.adapters.worker.lazy_imports"
SCORING = (LAZY, "pipeweave_dagster.core.prediction.score_table", SKOPS)
# In the order in which training needs them: linear models first, MLflow last.
TRAINING = (
    "pipeweave_dagster.core.training.train_model",
    "xgboost",
    "lightgbm",
    "pipeweave_dagster.core.evaluation.completion",
    SKOPS,
    "mlflow",
    "mlflow.sklearn",
)
_DEDUCING = (
    *READING,
    "pipeweave_dagster.core.ingest.build_table",
    "pipeweave_dagster.core.schema.deduction",
)
OF_COMMANDS = {
    "ingest": _DEDUCING[:-1],
    "schema": _DEDUCING,
    "eda": (*_DEDUCING, "pipeweave_dagster.core.eda.report"),
    "predict": (*READING, "pipeweave_dagster.core.ingest.aligned_batch"),
}
"""The imports of the process that reads the file of a command."""
