"""The sensor that sends alerts."""

import time
import uuid
from collections.abc import Sequence

import dagster as dg

from pipeweave_dagster.lib.resources import WorkbenchResource

_INTERVAL_S = 30


def alerts_sensor(
    name: str,
    workbench: WorkbenchResource,
    *,
    jobs: Sequence[str],
    assets: Sequence[dg.AssetKey],
    instigators: Sequence[str],
) -> dg.SensorDefinition:
    """Return a sensor that looks every 30 s for problems, and sends each of them once.

    Args:
        name: Name of the sensor.
        workbench: Where the state of alerts is.
        jobs: Names of the jobs whose failed runs are reported.
        assets: The assets whose failed checks are reported, also those that only warn.
        instigators: Names of the sensors and schedules whose failed ticks are reported.
    """

    @dg.sensor(
        name=name,
        minimum_interval_seconds=_INTERVAL_S,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Sends alerts about failed checks, runs, sensors and schedules, about late "
        "data, drift and rollbacks, to the recipients of PIPEWEAVE_ALERTS_TO or pipeweave.yaml.",
    )
    def send_alerts(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        from pipeweave_dagster.lib.alert_events import Own
        from pipeweave_dagster.lib.alert_tick import alert_tick

        own = Own(frozenset(jobs), frozenset(assets), frozenset(instigators))
        # The cursor names this database of Dagster's; what was read of it is in the storage.
        database = context.cursor or uuid.uuid4().hex
        with workbench.open() as bench:
            text = alert_tick(
                context.instance, bench.store, bench.settings, own, database, time.time()
            )
        context.update_cursor(database)
        return dg.SkipReason(text)

    return send_alerts
