"""What a run is to do, and how Dagster's web server is asked for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

PARTITION_TAG = "dagster/partition"


@dataclass(frozen=True)
class Launch:
    """What a run is to do.

    Attributes:
        job: Name of the job, such as `process_dataset`.
        dataset: The data set, which is the partition.
        tags: Further tags of the run.
        config: Configuration by asset, such as `{"raw_upload": {"target": "y"}}`.
        assets: Names of the assets to make; empty: all of the job.
    """

    job: str
    dataset: str
    tags: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    assets: Sequence[str] = ()


def params_of(launch: Launch, place: dict[str, str], nodes: Sequence[Any]) -> dict[str, Any]:
    """Return Dagster's `ExecutionParams`; asset keys may have a prefix."""
    own = {n["assetKey"]["path"][-1]: n for n in nodes if launch.job in n["jobNames"]}
    config = {own[name]["opNames"][0]: {"config": dict(v)} for name, v in launch.config.items()}
    selector: dict[str, Any] = {**place, "jobName": launch.job}
    if launch.assets:
        selector["assetSelection"] = [own[name]["assetKey"] for name in launch.assets]
    tags = {**launch.tags, PARTITION_TAG: launch.dataset}
    return {
        "selector": selector,
        "mode": "default",
        "runConfigData": {"ops": config, "loggers": {"console": {"config": {}}}},
        "executionMetadata": {"tags": [{"key": k, "value": v} for k, v in tags.items()]},
    }
