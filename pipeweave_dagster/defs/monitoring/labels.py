"""The sensor that measures performance when labels arrive."""

import dagster as dg

from pipeweave_dagster.lib.landing_sensor import landing_sensor
from pipeweave_dagster.lib.partitions import LABELS_TAG, AssetJob
from pipeweave_dagster.lib.resources import WorkbenchResource


def labels_sensor(name: str, job: AssetJob, workbench: WorkbenchResource) -> dg.SensorDefinition:
    """Return a sensor that reads every new version of every file under `labels/<dataset>/`.

    A run joins all files of its data set, so those that arrive together need one run only, and one
    that is removed needs a run as well.
    """
    return landing_sensor(
        name,
        job,
        workbench,
        folder="labels",
        tag=LABELS_TAG,
        description="Starts measure_performance for new, changed or removed files under labels/: "
        "one run for those of a data set that change together.",
    )
