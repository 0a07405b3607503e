"""The child's side: takes calls as JSON lines on standard input, answers on a private pipe.

A call names a function `package.module:function`; its arguments are validated against its
annotations. Only functions of PipeWeave can be named. Log records travel back as they happen.
The child ends when its parent does, however that came about.
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
from pathlib import Path
from typing import Any, TextIO

from pydantic import BaseModel, ValidationError, validate_call

from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, validation_error

_PACKAGE = "pipeweave_dagster."
_PR_SET_PDEATHSIG = 1
_LARGE_BYTES = 400 << 20


class _Forward(logging.Handler):
    """Sends each log record to the parent as one line."""

    def __init__(self, answers: TextIO) -> None:
        super().__init__()
        self._answers = answers

    def emit(self, record: logging.LogRecord) -> None:
        answer = {"log": record.getMessage(), "level": record.levelno, "name": record.name}
        self._answers.write(json.dumps(answer) + "\n")
        self._answers.flush()


def _die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process with its parent; watch for it where it cannot."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    def watch() -> None:
        while os.getppid() == parent:
            threading.Event().wait(0.5)
        os.killpg(os.getpgid(0), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def _call(function: str, arguments: dict[str, Any]) -> Any:
    module_name, _, name = function.partition(":")
    if not module_name.startswith(_PACKAGE):
        raise validation_error(f"{function!r} is no function of PipeWeave.")
    target = getattr(importlib.import_module(module_name), name)
    result = validate_call(target)(**arguments)
    return result.model_dump(mode="json") if isinstance(result, BaseModel) else result


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"result": _call(request["function"], request["arguments"])}
    except PipeWeaveError as error:
        return {"error": error.envelope()}
    except ValidationError as error:
        problem = PipeWeaveError(ErrorCode.INTERNAL_ERROR, f"{request['function']}: {error}")
        return {"error": problem.envelope(), "traceback": traceback.format_exc()}
    except MemoryError:
        problem = PipeWeaveError(
            ErrorCode.INTERNAL_ERROR,
            "The work did not fit into memory.",
            fix="Use a smaller file or a machine with more memory.",
        )
        return {"error": problem.envelope()}
    except Exception as error:  # noqa: BLE001 - the boundary: everything must be answered
        problem = PipeWeaveError(
            ErrorCode.INTERNAL_ERROR,
            f"{type(error).__name__}: {error}",
            fix="This is a defect of PipeWeave; the log holds the traceback.",
        )
        return {"error": problem.envelope(), "traceback": traceback.format_exc()}


def _give_back() -> None:
    """Let go of what a large call has freed: it would stand beside the work of other processes."""
    with contextlib.suppress(OSError, AttributeError):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        if pages * os.sysconf("SC_PAGE_SIZE") < _LARGE_BYTES:
            return
        gc.collect()
        if arrow := sys.modules.get("pyarrow"):
            arrow.default_memory_pool().release_unused()
        ctypes.CDLL(None).malloc_trim(0)


def main() -> None:
    """Serve calls until standard input ends."""
    options = json.loads(sys.argv[1])
    _die_with_parent(options["parent"])
    # Libraries print; the answers keep the real standard output for themselves.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    logging.basicConfig(level=logging.WARNING, handlers=[_Forward(answers)])
    logging.getLogger("pipeweave_dagster").setLevel(logging.INFO)
    warnings.simplefilter("ignore")
    # Filters are lost where a library resets them, or two threads change them at the same time.
    logging.captureWarnings(True)  # noqa: FBT003 - positional in the standard library
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    for module in options["preload"]:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    for line in sys.stdin:
        answers.write(json.dumps(_answer(json.loads(line))) + "\n")
        answers.flush()
        _give_back()


if __name__ == "__main__":
    main()
