"""The child's side: reads calls as JSON lines from standard input, replies on a private pipe.

Only functions of PipeWeave can be called. Log records are forwarded as they are made. The child
ends when its parent does, however the parent ended.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import logging
import os
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from pydantic import ValidationError

from pipeweave_dagster.adapters.child_process import hide_process
from pipeweave_dagster.adapters.disk_space import disk_full
from pipeweave_dagster.adapters.worker.call_limits import memory_limited
from pipeweave_dagster.adapters.worker.calls import run_request
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError

_PR_SET_PDEATHSIG = 1
_LARGE_BYTES = 400 << 20


class _Forward(logging.Handler):
    """Sends each log record to the parent as one line."""

    def __init__(self, replies: TextIO) -> None:
        super().__init__()
        self._replies = replies

    def emit(self, record: logging.LogRecord) -> None:
        reply = {"log": record.getMessage(), "level": record.levelno, "name": record.name}
        self._replies.write(json.dumps(reply) + "\n")
        self._replies.flush()


def _die_with_parent(parent: int) -> None:
    """Have the kernel kill this process with its parent; poll for it where it cannot."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    def watch() -> None:
        while os.getppid() == parent:
            threading.Event().wait(0.5)
        os.killpg(os.getpgid(0), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def _reply_to(request: dict[str, Any]) -> dict[str, Any]:
    try:
        with memory_limited(request.get("memory_mb")):
            return {"result": run_request(request)}
    except PipeWeaveError as error:
        return {"error": error.envelope()}
    except ValidationError as error:
        problem = PipeWeaveError(ErrorCode.INTERNAL_ERROR, f"{request['function']}: {error}")
        return {"error": problem.envelope(), "traceback": traceback.format_exc()}
    except MemoryError:
        problem = PipeWeaveError(
            ErrorCode.INTERNAL_ERROR,
            "There was not enough memory.",
            fix="Use a smaller file or a machine with more memory.",
        )
        return {"error": problem.envelope()}
    except Exception as error:  # noqa: BLE001 - the boundary: every request gets a reply
        full = disk_full(error)
        if full is not None:
            return {"error": full.envelope()}
        problem = PipeWeaveError(
            ErrorCode.INTERNAL_ERROR,
            f"{type(error).__name__}: {error}",
            fix="This is a bug in PipeWeave; the log has the traceback.",
        )
        return {"error": problem.envelope(), "traceback": traceback.format_exc()}


def _release_memory() -> None:
    """Return memory freed by a large call to the system, for the processes that work next."""
    with contextlib.suppress(OSError, AttributeError):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        if pages * os.sysconf("SC_PAGE_SIZE") < _LARGE_BYTES:
            return
        gc.collect()
        if arrow := sys.modules.get("pyarrow"):
            arrow.default_memory_pool().release_unused()
        ctypes.CDLL(None).malloc_trim(0)


def _import_ahead(modules: Sequence[str]) -> None:
    """Import modules, and look for no garbage meanwhile nor later among what they made.

    To look at it again and again takes a seventh of the time of the imports.
    """
    gc.disable()
    try:
        for module in modules:
            with contextlib.suppress(ImportError):
                importlib.import_module(module)
    finally:
        gc.freeze()
        gc.enable()


def main() -> None:
    """Serve calls until standard input ends."""
    hide_process()  # one worker has the secrets of MLflow; the other reads files of strangers
    options = json.loads(sys.argv[1])
    _die_with_parent(options["parent"])
    # Libraries print to standard output, so replies get a descriptor of their own.
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    logging.basicConfig(level=logging.WARNING, handlers=[_Forward(replies)])
    logging.getLogger("pipeweave_dagster").setLevel(logging.INFO)
    warnings.simplefilter("ignore")
    # Filters are lost where a library resets them, or two threads change them at the same time.
    logging.captureWarnings(True)  # noqa: FBT003 - positional in the standard library
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    _import_ahead(options["preload"])
    # Whoever dies before this could not start, whatever file it was to read.
    replies.write(json.dumps({"ready": True}) + "\n")
    replies.flush()
    for line in sys.stdin:
        request = json.loads(line)
        if "environment" in request:
            os.environ.clear()
            os.environ.update(request["environment"])
            continue
        if "plug_ins" in request:
            # Only here, so that a worker without any starts sooner.
            from pipeweave_dagster.core.families import use_plug_ins

            use_plug_ins(request["plug_ins"])
            continue
        replies.write(json.dumps(_reply_to(request)) + "\n")
        replies.flush()
        _release_memory()


if __name__ == "__main__":
    main()
