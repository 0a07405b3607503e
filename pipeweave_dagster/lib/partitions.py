"""A partition is a data set; its versions are runs."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import dagster as dg

DATASETS = dg.DynamicPartitionsDefinition(name="datasets")

# Run tags. Dagster's own tag for the partition is `dagster/partition`.
UPLOAD_TAG = "pipeweave/upload"
UPLOAD_VERSION_TAG = "pipeweave/upload_version"
SETTINGS_VERSION_TAG = "pipeweave/settings_version"
BATCH_TAG = "pipeweave/batch"
PROCESS_TAG = "pipeweave/process"
REASON_TAG = "pipeweave/reason"
MLFLOW_TAG = "pipeweave/mlflow"

# The type of what `define_asset_job` returns; Dagster has no public name for it.
AssetJob: TypeAlias = Any

# Everything that Dagster accepts as an asset key.
AssetKeyLike: TypeAlias = dg.AssetKey | str | Sequence[str]
