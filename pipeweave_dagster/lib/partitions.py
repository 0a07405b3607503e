"""A partition is a data set; its versions are runs."""

import dagster as dg

DATASETS = dg.DynamicPartitionsDefinition(name="datasets")

# Run tags. Dagster's own tag for the partition is `dagster/partition`.
UPLOAD_TAG = "pipeweave/upload"
UPLOAD_VERSION_TAG = "pipeweave/upload_version"
BATCH_TAG = "pipeweave/batch"
PROCESS_TAG = "pipeweave/process"
REASON_TAG = "pipeweave/reason"
