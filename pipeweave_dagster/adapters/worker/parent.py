"""The parent's side of the child process: start it, call it, and kill it with all it started."""

import contextlib
import json
import logging
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ParamSpec, Self, TypeVar

from pipeweave_dagster.adapters.child_process import Access, end_child, hand_on, start_worker
from pipeweave_dagster.adapters.worker.call_limits import (
    OUT_OF_MEMORY,
    CallLimits,
    crashed,
    not_started,
)
from pipeweave_dagster.adapters.worker.calls import request_of, result_of
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, validation_error

logger = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")
TIMED_OUT = "timed_out"
"""In the details of the error of a call that exceeded its time limit."""
KILLED = "worker_killed"
"""In the details of the error of a call whose process was killed from outside: by a user, with its
container, or for want of memory. A crash, such as a segmentation fault, is not one of these."""
_POLL_S = 0.5
_FROM_OUTSIDE = {signal.SIGKILL, signal.SIGTERM, signal.SIGHUP}


class Worker:
    """One child process group, started by the first call and reused by later ones.

    A call that exceeds its time limit or is interrupted (cancelled) kills the whole group; the
    next call starts a new one. The kernel kills the child if this process dies.

    Args:
        preload: Modules that the child imports in advance.
        threads: Threads of the numerical libraries in the child; default: one per core.
        access: What the child reaches; it gets no other secrets in its environment.
        plug_ins: Foundation models that it may load, with the path of their weights.
    """

    def __init__(
        self,
        preload: Sequence[str] = (),
        threads: int | None = None,
        access: Access = "none",
        plug_ins: Mapping[str, str] | None = None,
    ) -> None:
        self.access: Access = access
        self.preload = tuple(preload)
        self._plug_ins = dict(plug_ins or {})
        self._threads = threads
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = b""
        self._ready = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Process id (and process group id) of the child, None if it is not running."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the child now, so that its imports overlap with other work.

        Raises:
            PipeWeaveError: SERVICE_UNAVAILABLE if the system starts no process.
        """
        if self._process is not None and self._process.poll() is None:
            return
        self._buffer, self._ready = b"", False
        try:
            self._process = start_worker(self.preload, self._threads, self.access)
        except OSError as error:
            raise not_started(str(error)) from error
        if self._plug_ins:
            self._send({"plug_ins": self._plug_ins})

    def call(
        self, time_limit_s: float, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Call a function in the child under a time limit; see `call_within`."""
        return self.call_within(CallLimits(time_limit_s), function, *args, **kwargs)

    def call_within(
        self, limits: CallLimits, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Call a function in the child and return its result.

        Arguments and result travel as JSON and are validated against the function's annotations.
        The function itself is only named, so its module should be cheap to import here.

        Args:
            limits: Time and memory that the call may take.
            function: A module-level function of PipeWeave.
            args: Its arguments.
            kwargs: Its arguments.

        Raises:
            PipeWeaveError: The function's own error; VALIDATION_ERROR past a limit;
                INTERNAL_ERROR if the child died (out of memory, killed) or failed unexpectedly.

        Example:
            >>> from pipeweave_dagster.core.naming import check_slug
            >>> with Worker() as worker:
            ...     worker.call(60, check_slug, name="titanic")
            'titanic'
        """
        request = request_of(function, *args, **kwargs) | {"memory_mb": limits.memory_mb}
        self.start()
        finished = False
        try:
            self._send(request)
            for reply in self._replies(function.__name__, limits):
                if "log" in reply:
                    _log_again(reply)
                    continue
                # What a failed allocation leaves behind is uncertain: the next call starts anew.
                finished = OUT_OF_MEMORY not in reply.get("error", {}).get("details", {})
                return result_of(function, self._result(reply))
            raise AssertionError("unreachable: replies end with a result or an error")
        finally:
            if not finished:
                self.close()

    def _send(self, request: dict[str, Any]) -> None:
        assert self._process is not None  # noqa: S101 - for the type checker; start() made it
        assert self._process.stdin is not None  # noqa: S101
        with contextlib.suppress(BrokenPipeError):  # a dead child is noticed when reading
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()

    def _replies(self, function: str, limits: CallLimits) -> Iterator[dict[str, Any]]:
        assert self._process is not None  # noqa: S101
        assert self._process.stdout is not None  # noqa: S101
        pipe, deadline = self._process.stdout.fileno(), time.monotonic() + limits.time_s
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while True:
                while b"\n" in self._buffer:
                    line, _, self._buffer = self._buffer.partition(b"\n")
                    reply = json.loads(line)
                    if "ready" in reply:
                        self._ready = True
                    else:
                        yield reply
                if time.monotonic() > deadline:
                    raise validation_error(
                        f"{function} did not finish within {limits.time_s:.0f} s and was stopped.",
                        fix="Raise PIPEWEAVE_TASK_TIME_LIMIT_S or use a smaller file.",
                        **{TIMED_OUT: True},
                    )
                if selector.select(timeout=_POLL_S):
                    chunk = os.read(pipe, 1 << 16)
                    if not chunk:
                        raise self._death(function, limits)
                    self._buffer += chunk

    def _death(self, function: str, limits: CallLimits) -> PipeWeaveError:
        assert self._process is not None  # noqa: S101
        code = self._process.wait()
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        if not self._ready and -code not in _FROM_OUTSIDE:
            return not_started(how)
        if limits.memory_mb is not None and -code not in _FROM_OUTSIDE:
            return crashed(how, limits.memory_mb)
        return PipeWeaveError(
            ErrorCode.INTERNAL_ERROR,
            f"The worker process died while running {function} ({how}).",
            fix="It may have run out of memory; start the run again, or use a smaller file.",
            **({KILLED: True} if -code in _FROM_OUTSIDE else {}),
        )

    @staticmethod
    def _result(reply: dict[str, Any]) -> Any:
        if "error" not in reply:
            return reply["result"]
        if "traceback" in reply:
            logger.error("%s", reply["traceback"])
        raise PipeWeaveError.from_envelope(reply["error"])

    def close(self) -> None:
        """Kill the child and everything it started, without waiting for it to finish."""
        process, self._process = self._process, None
        if process is None:
            return
        end_child(process)

    def hand_on(self) -> None:
        """Leave the child to the next worker of this process with the same access.

        It keeps what it has imported, and stays in the folder in which it was started. One with
        plug-ins or a number of threads of its own is ended, as by `close`: the next worker may
        want others.
        """
        if self._process is None or self._plug_ins or self._threads is not None:
            self.close()
            return
        process, self._process = self._process, None
        hand_on(process, self.access)


def _log_again(reply: dict[str, Any]) -> None:
    """Log a record of the child here."""
    name = reply["name"]
    # Dagster's loggers replace the name by their own; `origin` keeps it.
    logging.getLogger(name).log(reply["level"], "%s", reply["log"], extra={"origin": name})
