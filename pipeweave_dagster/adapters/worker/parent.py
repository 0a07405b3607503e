"""The parent's side of the child process: start, call, and kill it with all it started."""

import contextlib
import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel

from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, validation_error

logger = logging.getLogger(__name__)
_POLL_S = 0.5
# Numerical libraries size their thread pools when they are imported.
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_ALWAYS = {
    # Threads of one fit that wait for each other sleep: spinning, they make every fit five to
    # twenty times slower as soon as another process wants the cores.
    "OMP_WAIT_POLICY": "PASSIVE",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "PYTHONWARNINGS": "ignore",
}


def _jsonable(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, dict):
        return {key: _jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(item) for item in value]
    return value


class Worker:
    """One child process group, started at the first call and kept for the next ones.

    A call that exceeds its time limit, or whose waiting is interrupted (cancel), kills the whole
    group; the next call starts a new one. The child is killed by the kernel if this process dies.

    Args:
        preload: Modules that the child imports while nobody waits for it.
        threads: Threads of the numerical libraries in the child; default: one a core.
    """

    def __init__(self, preload: Sequence[str] = (), threads: int | None = None) -> None:
        self._preload = list(preload)
        self._threads = threads or os.cpu_count() or 1
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Process id (and process group id) of the child, None while there is none."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the child now, so that its imports overlap with other work."""
        if self._process is not None and self._process.poll() is None:
            return
        options = json.dumps({"parent": os.getpid(), "preload": self._preload})
        limits = dict.fromkeys(_THREAD_VARIABLES, str(self._threads))
        self._buffer = b""
        self._process = subprocess.Popen(  # noqa: S603 - fixed words only
            [sys.executable, "-P", "-m", "pipeweave_dagster.adapters.worker.child", options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **limits, **_ALWAYS},
            start_new_session=True,
        )

    def call(self, function: str, *, time_limit_s: float, **arguments: Any) -> Any:
        """Call `module:function` in the child and give its JSON-ready result.

        Documents and paths among the arguments travel as JSON.

        Raises:
            PipeWeaveError: The function's own error; VALIDATION_ERROR past the time limit;
                INTERNAL_ERROR if the child died (out of memory, killed) or had a defect.
        """
        self.start()
        request = {"function": function, "arguments": _jsonable(arguments)}
        finished = False
        try:
            self._send(request)
            for answer in self._answers(function, time.monotonic() + time_limit_s, time_limit_s):
                if "log" in answer:
                    name = answer["name"]
                    # Dagster's loggers take every line as their own; the name survives beside it.
                    logging.getLogger(name).log(
                        answer["level"], "%s", answer["log"], extra={"origin": name}
                    )
                    continue
                finished = True
                return self._result(answer)
        finally:
            if not finished:
                self.close()

    def _send(self, request: dict[str, Any]) -> None:
        assert self._process is not None  # noqa: S101 - for the type checker; start() made it
        assert self._process.stdin is not None  # noqa: S101
        with contextlib.suppress(BrokenPipeError):  # a dead child is told by the missing answer
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()

    def _answers(self, function: str, deadline: float, limit: float) -> Iterator[dict[str, Any]]:
        assert self._process is not None  # noqa: S101
        assert self._process.stdout is not None  # noqa: S101
        pipe = self._process.stdout.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while True:
                while b"\n" in self._buffer:
                    line, _, self._buffer = self._buffer.partition(b"\n")
                    yield json.loads(line)
                if time.monotonic() > deadline:
                    raise validation_error(
                        f"{function} did not end within {limit:.0f} s and was stopped.",
                        fix="Raise PIPEWEAVE_TASK_TIME_LIMIT_S or use a smaller file.",
                    )
                if selector.select(timeout=_POLL_S):
                    chunk = os.read(pipe, 1 << 16)
                    if not chunk:
                        raise self._death(function)
                    self._buffer += chunk

    def _death(self, function: str) -> PipeWeaveError:
        assert self._process is not None  # noqa: S101
        code = self._process.wait()
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return PipeWeaveError(
            ErrorCode.INTERNAL_ERROR,
            f"The worker process ended while it ran {function} ({how}).",
            fix="It may have run out of memory; start the run again, or use a smaller file.",
        )

    @staticmethod
    def _result(answer: dict[str, Any]) -> Any:
        if "error" not in answer:
            return answer["result"]
        if "traceback" in answer:
            logger.error("%s", answer["traceback"])
        raise PipeWeaveError.from_envelope(answer["error"])

    def close(self) -> None:
        """Kill the child and everything it started; no wait for anything."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
