"""A clock that was ahead: sensors go on once it is right again."""

import time
from pathlib import Path

import dagster as dg
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import RemoteInstigatorOrigin
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    SensorInstigatorData,
)

from pipeweave_dagster.lib.future_ticks import forget_future_ticks
from pipeweave_dagster_tests.lib.test_restarts import ORIGIN


def test_only_ticks_of_the_future_are_forgotten_and_no_cursor(tmp_path: Path) -> None:
    """Set two days ahead and back, no sensor ticked for two days, also after a restart."""
    now = time.time()
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        for name, at in (("uploads", now + 2 * 86_400), ("predict", now - 5)):
            data = SensorInstigatorData(
                cursor="c", last_tick_timestamp=at, last_tick_start_timestamp=at
            )
            origin = RemoteInstigatorOrigin(ORIGIN.repository_origin, name)
            instance.add_instigator_state(
                InstigatorState(origin, InstigatorType.SENSOR, InstigatorStatus.RUNNING, data)
            )
        assert forget_future_ticks(instance) == ["uploads"]
        states = {s.instigator_name: s.instigator_data for s in instance.all_instigator_state()}
    ahead, right = states["uploads"], states["predict"]
    assert isinstance(ahead, SensorInstigatorData)
    assert isinstance(right, SensorInstigatorData)
    assert (ahead.last_tick_timestamp, ahead.last_tick_start_timestamp) == (None, None)
    assert ahead.cursor == "c"
    assert right.last_tick_timestamp == now - 5
