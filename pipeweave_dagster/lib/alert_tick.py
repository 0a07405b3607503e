"""One look for problems: read, remember, send, remember what was sent."""

import dagster as dg

from pipeweave_dagster.adapters.notifier import Notify, notify
from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.lib.alert_events import Own, ended_runs, ticks
from pipeweave_dagster.services.alerting import (
    deliver,
    load_state,
    reported,
    save_state,
    with_observations,
)
from pipeweave_dagster.services.late_data import late_observations
from pipeweave_dagster.settings import Settings

# Whether data is late is measured in days; a look reads a few records of each data set.
_LOOK_S = 600.0


def alert_tick(
    instance: dg.DagsterInstance,
    store: DocumentStore,
    settings: Settings,
    own: Own,
    database: str,
    now: float,
    send: Notify = notify,
) -> str:
    """Report what is new since the last look, and return what was done, in words.

    Args:
        instance: Dagster's event log, runs and ticks.
        store: Where the state of alerts is.
        settings: Recipients and their addresses.
        own: What alerts are about.
        database: Names the database of Dagster's, whose events have numbers of their own.
        now: Current time, in seconds since 1970.
        send: Sends one message to an address.
    """
    before, tag = load_state(store)
    state = before
    if state.instance != database:
        state = state.model_copy(update={"instance": database, "cursors": {}})
    left = reported(store)
    found, state = ended_runs(instance, state, own, now)
    observations = [*left.values(), *found, *ticks(instance, own)]
    if now - state.looked_at >= _LOOK_S:
        observations += late_observations(store, settings, now)
        state = state.model_copy(update={"looked_at": now})
    state = with_observations(store, settings, state, observations, now)
    if state != before:
        tag = save_state(store, state, tag)
    for key in left:
        store.storage.delete(key)
    after = deliver(state, settings, now, send)
    if after != state:
        save_state(store, after, tag)
    sent = len(after.sent) - len(state.sent)
    text = f"{counted(sent, 'message')} sent, {len(after.queue)} waiting, "
    text += f"{counted(len(after.open), 'problem')} open"
    return text
