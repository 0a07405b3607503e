"""The child of a worker, and one that waits for the next worker: started ahead, or handed on."""

import atexit
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence

from pipeweave_dagster.adapters.child_process.environment import Access, environment_for
from pipeweave_dagster.adapters.child_process.model_environment import MODEL_ENVIRONMENT
from pipeweave_dagster.adapters.child_process.secrecy import hide_process
from pipeweave_dagster.adapters.child_process.starter import start_child

# Numerical libraries size their thread pools when they are imported.
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_ahead: "dict[Access, tuple[subprocess.Popen[bytes], dict[str, str]]]" = {}


def start_worker(
    preload: Sequence[str], threads: int | None = None, access: Access = "none"
) -> "subprocess.Popen[bytes]":
    """Start the child of a worker, or return the one that was started ahead if it fits.

    Args:
        preload: Modules that the child imports in advance.
        threads: Threads of the numerical libraries; default: one per core.
        access: What the child reaches.

    Raises:
        OSError: The system starts no process.
    """
    environment = _environment(threads, access)
    if access in _ahead:
        process, started_with = _ahead.pop(access)
        if process.poll() is None and threads is None:
            return _with_environment(process, started_with, environment)
        end_child(process)
    hide_process()
    options = json.dumps({"parent": os.getpid(), "preload": list(preload)})
    module = "pipeweave_dagster.adapters.worker.child"
    return start_child([sys.executable, "-P", "-m", module, options], env=environment)


def start_ahead(preload: Sequence[str], access: Access = "none") -> None:
    """Start a child for the first worker with this access, to overlap its imports with one's own.

    A system that starts no process says so when a worker asks for one.
    """
    with contextlib.suppress(OSError):
        _ahead[access] = (start_worker(preload, access=access), _environment(None, access))
        atexit.register(end_unused)


def hand_on(process: "subprocess.Popen[bytes]", access: Access) -> None:
    """Keep the live child of a worker for the next worker of this process with the same access.

    That one sends it the environment of its own time. If a child waits already, this one is ended.
    """
    if access in _ahead:
        end_child(process)
        return
    _ahead[access] = (process, {})
    atexit.register(end_unused)


def waiting_pid(access: Access) -> int | None:
    """Return the process id of the child that waits for a worker with this access, or None."""
    return _ahead[access][0].pid if access in _ahead else None


def _environment(threads: int | None, access: Access) -> dict[str, str]:
    limits = dict.fromkeys(_THREAD_VARIABLES, str(threads or os.cpu_count() or 1))
    return {**environment_for(access), **limits, **MODEL_ENVIRONMENT}


def _with_environment(
    process: "subprocess.Popen[bytes]", old: Mapping[str, str], new: Mapping[str, str]
) -> "subprocess.Popen[bytes]":
    """Have the child work in the environment of now: a command sets variables when it begins."""
    if new != old and process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):  # a dead child is noticed by its first call
            process.stdin.write(json.dumps({"environment": dict(new)}).encode() + b"\n")
            process.stdin.flush()
    return process


def end_unused(access: Access | None = None) -> None:
    """End the children that wait for a worker: all of them, or the one with this access."""
    for name in [*_ahead] if access is None else [access]:
        if name in _ahead:
            end_child(_ahead.pop(name)[0])


def end_child(process: "subprocess.Popen[bytes]") -> None:
    """Kill a child and everything it started, without waiting for it to finish."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


# A fork has its own children only.
os.register_at_fork(after_in_child=_ahead.clear)
