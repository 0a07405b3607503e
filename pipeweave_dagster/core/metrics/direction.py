"""The direction of each metric; imports nothing heavy."""

from pipeweave_dagster.core.documents import MetricName

GREATER_IS_BETTER: dict[MetricName, bool] = {
    "roc_auc": True,
    "log_loss": False,
    "accuracy": True,
    "f1_macro": True,
    "rmse": False,
    "mae": False,
    "r2": True,
}
