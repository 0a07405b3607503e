"""What can be set when a run is started, in the launchpad or on the command line."""

from typing import Any

import dagster as dg
from pydantic import Field

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.landing import settings_from
from pipeweave_dagster.lib.partitions import UPLOAD_TAG


class LaunchConfig(dg.Config):
    """Overrides the data set's `pipeweave.yaml`; what is not set stays as it is there."""

    target: str | None = Field(None, description="Column to predict, or none; deduced if not set.")
    metric: str | None = Field(
        None, description="roc_auc, log_loss, accuracy, f1_macro, rmse, mae or r2."
    )
    quality: str | None = Field(
        None, description="fast, medium or best: 20, 60 or 600 seconds, if no budget is set."
    )
    time_budget_s: float | None = Field(
        None, description="Seconds from the start of the run to a model that predicts."
    )
    train_for: str | None = Field(
        None, description="accuracy, or serving: one model where it is not significantly worse."
    )
    read: dict[str, str] | None = Field(
        None, description="How the file is read: delimiter, header, skip, encoding, decimal."
    )
    upload: str | None = Field(
        None, description="Key of the upload, uploads/<dataset>/<file>; default: the newest."
    )

    def applied_to(self, settings: DatasetSettings) -> DatasetSettings:
        """Return the settings with these values on top.

        Raises:
            PipeWeaveError: VALIDATION_ERROR for an unknown metric or a budget that is not positive.
        """
        given: dict[str, Any] = {
            name: value
            for name in ("target", "metric", "time_budget_s", "quality", "train_for", "read")
            if (value := getattr(self, name)) or value == 0
        }
        merged = {**settings.model_dump(exclude_defaults=True), **given}
        return settings_from(merged, "the launch configuration")


def upload_key_of(context: dg.AssetExecutionContext, config: LaunchConfig) -> str | None:
    """Return the upload that this run was started for: from its configuration, else its tag."""
    return config.upload or context.op_execution_context.run_tags.get(UPLOAD_TAG)
