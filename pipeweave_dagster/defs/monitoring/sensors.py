"""The sensor that ends runs whose process has died, here and in MLflow."""

import dagster as dg

from pipeweave_dagster.lib.mlflow_runs import end_open_runs
from pipeweave_dagster.lib.reaper import reap
from pipeweave_dagster.lib.resources import WorkbenchResource

_INTERVAL_S = 15


def reaper(name: str, workbench: WorkbenchResource) -> dg.SensorDefinition:
    """Return a sensor that looks every 15 s for runs whose process has died."""

    @dg.sensor(
        name=name,
        minimum_interval_seconds=_INTERVAL_S,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Ends runs whose process has died, so that their data set is free again, and "
        "their open runs in MLflow.",
    )
    def reap_dead_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        with workbench.open() as bench:
            ended = reap(context.instance, bench.store)
            end_open_runs(context.instance, bench)
        return dg.SkipReason(f"ended {', '.join(ended)}" if ended else "all runs are alive")

    return reap_dead_runs
