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
LABELS_TAG = "pipeweave/labels"
PROCESS_TAG = "pipeweave/process"
REASON_TAG = "pipeweave/reason"
MLFLOW_TAG = "pipeweave/mlflow"
# On a run that was interrupted: whether it is started again. On the new run: which one it repeats,
# and how many times that was done before.
RESTART_TAG = "pipeweave/restart"
RESTART_OF_TAG = "pipeweave/restart_of"
RESTARTS_TAG = "pipeweave/restarts"

# The type of what `define_asset_job` returns; Dagster has no public name for it.
AssetJob: TypeAlias = Any

# Everything that Dagster accepts as an asset key.
AssetKeyLike: TypeAlias = dg.AssetKey | str | Sequence[str]
