"""Start several services together, start again what ends by itself, and stop all together."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Self

from pipeweave_dagster.cli.support.clock_watch import ClockWatch
from pipeweave_dagster.cli.support.processes import Service, is_ready
from pipeweave_dagster.core.errors import unavailable

CODE_SERVER, DAEMON = "code server", "daemon"
_GRACE_S = 8.0
# A service that ends more often than this cannot be helped by starting it again.
_MOST_RESTARTS = 5
_WINDOW_S = 600.0


class Supervisor:
    """Context manager that starts services on entry and stops them on exit.

    A service that ends by itself is started again, unless it keeps ending.

    Args:
        services: What to start, in this order.
        forget_future: Called before the daemon is started again because the clock was set back,
            and now and then: lets sensors go on that last ticked in the future, and returns their
            names.
    """

    look_s = 30.0
    """How often sensors are looked at that last ticked in the future."""

    def __init__(
        self, services: list[Service], forget_future: Callable[[], Sequence[str]] = tuple
    ) -> None:
        self._services = services
        self._forget_future = forget_future
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._ended: dict[str, list[float]] = {}
        self._orphans: set[int] = set()

    def __enter__(self) -> Self:
        signal.signal(signal.SIGTERM, interrupt)
        try:
            for service in self._services:
                self._start(service)
                if service.name == CODE_SERVER:
                    self._ready(service)
            for service in self._services:
                if service.needed:
                    self._ready(service)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start(self, service: Service) -> None:
        if service.socket is not None:
            service.socket.unlink(missing_ok=True)
        # One process group each, so that Ctrl-C reaches them only through `stop`, in order.
        self._running[service.name] = subprocess.Popen(  # noqa: S603 - fixed commands
            service.command,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            env={
                **{name: os.environ[name] for name in os.environ.keys() - service.without},
                **service.extra,
            },
        )

    def _ready(self, service: Service, limit_s: float = 180) -> None:
        deadline = time.monotonic() + limit_s
        while not is_ready(service):
            if self._running[service.name].poll() is not None or time.monotonic() > deadline:
                raise unavailable(f"The {service.name} did not start.", fix="See its output above.")
            time.sleep(0.2)

    def wait(self) -> None:
        """Wait for Ctrl-C, and start services again that end by themselves.

        Raises:
            PipeWeaveError: SERVICE_UNAVAILABLE if one of them keeps ending.
        """
        clock, looked = ClockWatch(), time.monotonic()
        try:
            while True:
                if moved := clock.set_back_s():
                    self._renew_daemon(f"The clock was set back by {moved:.0f} s")
                elif time.monotonic() - looked > self.look_s:
                    # A clock that was set forward and back between two looks was not set back.
                    looked = time.monotonic()
                    if names := self._forget_future():
                        self._renew_daemon(f"The last tick of {', '.join(names)} is in the future")
                for service in self._services:
                    code = self._running[service.name].poll()
                    if code is not None:
                        self._start_again(service, code)
                self._orphans = {group for group in self._orphans if _exists(group)}
                time.sleep(0.5)
        except KeyboardInterrupt:
            sys.stderr.write("Stopping …\n")

    def _renew_daemon(self, reason: str) -> None:
        """Start the daemon again: it measures its pauses by the clock, and would stand still."""
        for service in self._services:
            if service.name == DAEMON:
                sys.stderr.write(f"{reason}; the {DAEMON} is started again.\n")
                process = self._running[DAEMON]
                _send(process.pid, signal.SIGKILL)  # it does not look at a signal while it waits
                process.wait()
                self._forget_future()
                self._start(service)

    def _start_again(self, service: Service, code: int) -> None:
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        ended = [t for t in self._ended.get(service.name, []) if time.monotonic() - t < _WINDOW_S]
        if len(ended) >= _MOST_RESTARTS:
            raise unavailable(
                f"The {service.name} has ended {len(ended) + 1} times within "
                f"{_WINDOW_S / 60:.0f} minutes, last with {how}; all services are stopped.",
                fix="See its output above, and start again.",
            )
        self._ended[service.name] = [*ended, time.monotonic()]
        sys.stderr.write(f"The {service.name} has ended ({how}); it is started again.\n")
        process = self._running[service.name]
        if service.name == CODE_SERVER:
            self._orphans.add(process.pid)  # the runs that it has started go on
        else:
            _send(process.pid, signal.SIGKILL)  # children that may still hold the port
        time.sleep(len(ended))
        self._start(service)

    def stop(self) -> None:
        """Terminate all services; kill those that do not exit in time."""
        for group in [*(process.pid for process in self._running.values()), *self._orphans]:
            _send(group, signal.SIGTERM)
        deadline = time.monotonic() + _GRACE_S
        for process in self._running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            _send(process.pid, signal.SIGKILL)
            process.wait()
        while any(map(_exists, self._orphans)) and time.monotonic() < deadline:
            time.sleep(0.1)
        for group in self._orphans:
            _send(group, signal.SIGKILL)
        self._running.clear()


def _send(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def interrupt(*_: object) -> None:
    """Handle SIGTERM as Ctrl-C."""
    raise KeyboardInterrupt
