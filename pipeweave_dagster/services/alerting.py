"""Alerts: from what was observed to messages, each of which is sent once.

The state is `alerts/STATE.json`. It is written before anything is sent and after everything was, so
a restart repeats at most the message that was being sent at that moment, and loses none.
"""

import logging
import secrets
from collections.abc import Sequence

from pipeweave_dagster.adapters.notifier import Level, Notify, notify
from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.state.records import record_bytes
from pipeweave_dagster.core.alerts import (
    AlertState,
    Letter,
    Links,
    Observation,
    Sent,
    compose,
    enqueue,
    is_muted,
    news,
)
from pipeweave_dagster.core.documents.automation import AlertSetting
from pipeweave_dagster.core.errors import PipeWeaveError, not_found, unavailable
from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster.settings import Settings, alert_variable

logger = logging.getLogger(__name__)
_KEY = "alerts/STATE.json"
_EVENTS = "alerts/events/"
_AT_ONCE = 8
_MOST_TRIES = 12
_FIRST_DELAY_S, _LONGEST_DELAY_S = 60.0, 4 * 3_600.0


def load_state(store: DocumentStore) -> tuple[AlertState, str | None]:
    """Return what is remembered, with the tag for `save_state`."""
    state, tag = store.records.read_tagged(_KEY, AlertState)
    return state or AlertState(), tag


def save_state(store: DocumentStore, state: AlertState, tag: str | None) -> str | None:
    """Store the state, and return its new tag.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE if another process has changed it since.
    """
    if not store.records.swap(_KEY, state, tag):
        raise unavailable("Another process sends alerts, too.", fix="Run one daemon per storage.")
    return store.records.read_tagged(_KEY, AlertState)[1]


def report(store: DocumentStore, found: Observation) -> None:
    """Store an observation for the next look, where Dagster has no event for it."""
    key = f"{_EVENTS}{int(found.at * 1e9):020d}-{secrets.token_hex(4)}.json"
    store.storage.put_if_absent(key, record_bytes(found))


def reported(store: DocumentStore) -> dict[str, Observation]:
    """Return what was left with `report`, by key, the oldest first."""
    keys = sorted(stored.key for stored in store.storage.list(_EVENTS))
    read = ((key, store.records.read(key, Observation)) for key in keys)
    return {key: found for key, found in read if found is not None}


def with_observations(
    store: DocumentStore,
    settings: Settings,
    state: AlertState,
    observations: Sequence[Observation],
    now: float,
) -> AlertState:
    """Return the state with messages about what is new among the observations."""
    names = dict.fromkeys(o.dataset for o in observations if not o.ok)
    names |= dict.fromkeys(o.dataset for o in state.digest)
    wanted = {name: alert_setting(store, settings, name) for name in names}
    heard = [o for o in observations if o.ok or _is_heard(o, wanted[o.dataset])]
    problems, new = news(state.open, heard)
    recipients = {name: setting.to for name, setting in wanted.items()}
    state = state.model_copy(update={"open": problems})
    return enqueue(state, new, recipients, now, settings.alerts_digest)


def _is_heard(found: Observation, setting: AlertSetting) -> bool:
    """Return whether a problem has a recipient; otherwise it stays new for a later one."""
    return bool(setting.to) and not is_muted(found, setting.mute)


def alert_setting(store: DocumentStore, settings: Settings, dataset: str) -> AlertSetting:
    """Return the recipients of a data set and what is muted; "" is for all data sets."""
    default = [name.strip() for name in settings.alerts_to.split(",") if name.strip()]
    own = AlertSetting()
    try:
        own = settings_of(store, dataset).alerts if dataset else own
    except PipeWeaveError as error:
        logger.warning("Settings of alerts of %s were not read: %s", dataset, error)
    return AlertSetting(to=own.to or default, mute=own.mute)


def deliver(state: AlertState, settings: Settings, now: float, send: Notify = notify) -> AlertState:
    """Send what is due and return the state after it.

    A message that cannot be delivered is tried again, each time later; after about a day it is
    given up, which `pipeweave alerts ls` shows.
    """
    links = Links(settings.web_url.rstrip("/"), settings.dagster_url.rstrip("/"))
    due = [letter for letter in state.queue if letter.not_before <= now][:_AT_ONCE]
    queue, sent = [letter for letter in state.queue if letter not in due], list(state.sent)
    for letter in due:
        title, body = compose(letter.problems, links)
        try:
            send_to(settings, letter.to, title, body, send, level=letter.level)
        except PipeWeaveError as error:
            logger.warning("An alert did not reach %r: %s", letter.to, error.text)
            if (again := _later(letter, now)) is not None:
                queue.append(again)
                continue
            sent.append(_sent(letter, title, now, error.text))
        else:
            sent.append(_sent(letter, title, now))
    return state.model_copy(update={"queue": queue, "sent": sent})


def send_to(
    settings: Settings,
    recipient: str,
    title: str,
    body: str,
    send: Notify = notify,
    *,
    level: Level = "info",
) -> None:
    """Send a message to a recipient by name.

    Raises:
        PipeWeaveError: NOT_FOUND if the recipient has no address, SERVICE_UNAVAILABLE if the
            message was not delivered.
    """
    send(address_of(settings, recipient), title, body, level)


def address_of(settings: Settings, recipient: str) -> str:
    """Return the secret address of a recipient.

    Raises:
        PipeWeaveError: NOT_FOUND with the name of the variable that is missing.
    """
    address, variable = settings.alert_address(recipient), alert_variable(recipient)
    if address is None:
        missing = f"The variable {variable} is not set" if variable else "It is not a valid name"
        raise not_found(
            f"The recipient of alerts {recipient[:40]!r} has no address. {missing}.",
            fix="Use a name such as ops, and set PIPEWEAVE_ALERT_OPS to an Apprise URL.",
        )
    return address


def _later(letter: Letter, now: float) -> Letter | None:
    """Return the message for another attempt; None if there is none."""
    if letter.tries + 1 >= _MOST_TRIES:
        return None
    delay = min(_FIRST_DELAY_S * 2**letter.tries, _LONGEST_DELAY_S)
    return letter.model_copy(update={"tries": letter.tries + 1, "not_before": now + delay})


def _sent(letter: Letter, title: str, now: float, failed: str = "") -> Sent:
    return Sent(number=letter.number, to=letter.to, at=now, title=title, failed=failed)
