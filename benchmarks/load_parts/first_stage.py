"""The code location of the burst: the real assets, sensors and schedules, without training.

The job `process_dataset` ends after its first stage, so that a thousand runs take minutes.
"""

import dagster as dg

from pipeweave_dagster.defs.datasets.assets import raw_upload
from pipeweave_dagster.defs.datasets.sensors import uploads_sensor
from pipeweave_dagster.defs.monitoring.sensors import reaper
from pipeweave_dagster.lib.io_manager import DOCUMENTS, DocumentIOManager
from pipeweave_dagster.lib.resources import WorkbenchResource

_BENCH = WorkbenchResource()
_JOB = dg.define_asset_job(
    "process_dataset", selection=[raw_upload], executor_def=dg.in_process_executor
)

defs = dg.Definitions(
    assets=[raw_upload],
    jobs=[_JOB],
    sensors=[
        uploads_sensor("uploads", _JOB, _BENCH),
        reaper("reap_dead_runs", [_JOB], _BENCH),
    ],
    resources={"workbench": _BENCH, DOCUMENTS: DocumentIOManager(_BENCH)},
)
