"""Let sensors go on whose last tick is in the future, because the clock was ahead meanwhile."""

import time

import dagster as dg
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import SensorInstigatorData

_STAMPS = ("last_tick_timestamp", "last_tick_start_timestamp", "last_tick_success_timestamp")
_AHEAD_S = 30.0


def forget_future_ticks(instance: dg.DagsterInstance) -> list[str]:
    """Forget when sensors last ticked, where that is in the future; return their names.

    Dagster evaluates a sensor only once its interval has passed since the last tick: for days, if
    the clock was ahead by days. Their cursors stay.
    """
    latest = time.time() + _AHEAD_S
    found = []
    for state in instance.all_instigator_state(instigator_type=InstigatorType.SENSOR):
        data = state.instigator_data
        if not isinstance(data, SensorInstigatorData):
            continue
        ahead = [name for name in _STAMPS if (getattr(data, name) or 0) > latest]
        if ahead:
            changed = data._replace(**dict.fromkeys(ahead))
            instance.update_instigator_state(state.with_data(changed))
            found.append(state.instigator_name)
    return found
