"""Sends messages to Slack, e-mail, webhooks and whatever else Apprise knows.

An address is an Apprise URL with secrets in it: it is never logged, and no error repeats it.
"""

import importlib.util
import logging
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from pipeweave_dagster.core.errors import not_found, unavailable, validation_error

Level = Literal["error", "warning", "info"]
Notify = Callable[[str, str, str, Level], None]
_TYPES: dict[Level, str] = {"error": "failure", "warning": "warning", "info": "info"}
_STATUS = re.compile(r"error=(\d{3})\b")
_TALKATIVE = ("apprise", "urllib3", "urllib3.connectionpool", "requests")
_SECONDS = 5.0


def notify(address: str, title: str, body: str, level: Level = "info") -> None:
    """Send one message.

    Args:
        address: One or more Apprise URLs, such as `mailto://user:password@example.org`.
        title: Subject of the message.
        body: Plain text.
        level: How serious it is; services show it as colour, icon or priority.

    Raises:
        PipeWeaveError: NOT_FOUND without the package Apprise, VALIDATION_ERROR for an address that
            it does not know, SERVICE_UNAVAILABLE if the message was not delivered.
    """
    target = _target(address)
    with _own_log() as lines:
        delivered = target.notify(
            title=title, body=body, body_format="text", notify_type=_TYPES[level]
        )
    if not delivered:
        status = next((m[1] for line in lines if (m := _STATUS.search(line))), None)
        raise unavailable(
            "The message was not delivered" + (f" (HTTP status {status})." if status else "."),
            fix="It is tried again; 'pipeweave alerts test' sends a test message.",
        )


def check_address(address: str) -> str:
    """Return the kinds of services of an address, such as `mailto`; nothing is sent.

    Raises:
        PipeWeaveError: As `notify`.
    """
    kinds = {str(service.url()).partition("://")[0] for service in _target(address)}
    return ", ".join(sorted(kinds))


def _target(address: str) -> Any:
    if importlib.util.find_spec("apprise") is None:
        raise not_found(
            "The package apprise, which sends alerts, is not installed.",
            fix="Install PipeWeave with the extra alerts: pip install 'pipeweave[alerts]'.",
        )
    with _own_log(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of modules that Apprise imports
        import apprise

        target = apprise.Apprise()
        known = target.add(address)
    if not known or not len(target):
        raise validation_error(
            "The address is not a URL that Apprise knows.",
            fix="Write one such as mailto://user:password@example.org; see docs/how-to/operate.md.",
        )
    for service in target:
        # A server that does not respond must not hold up the tick that sends.
        service.socket_connect_timeout = service.socket_read_timeout = _SECONDS
    return target


@contextmanager
def _own_log() -> Iterator[list[str]]:
    """Collect what Apprise and its client log, addresses included, and let nobody else see it."""
    lines = list[str]()
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    before = [(logger, logger.handlers, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.handlers, logger.propagate = [handler], False
    try:
        yield lines
    finally:
        for logger, handlers, propagate in before:
            logger.handlers, logger.propagate = handlers, propagate
