"""The last lines of a run's log, as Dagster's web server has them."""

import threading
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any

from pipeweave_dagster.adapters.dagster_server import DagsterServer

MOST_LINES = 200
_MOST_RUNS = 50
_MOST_PAGES = 20
_NOISE = frozenset(
    {
        "HANDLED_OUTPUT", "LOADED_INPUT", "ENGINE_EVENT", "ASSET_MATERIALIZATION_PLANNED",
        "STEP_OUTPUT", "STEP_INPUT", "RESOURCE_INIT_STARTED", "RESOURCE_INIT_SUCCESS",
        "ASSET_CHECK_EVALUATION_PLANNED", "LOGS_CAPTURED", "STEP_WORKER_STARTING",
        "STEP_WORKER_STARTED",
    }
)  # fmt: skip


@dataclass
class _Tail:
    cursor: str | None = None
    lines: "deque[str]" = field(default_factory=lambda: deque(maxlen=MOST_LINES))


class RunLogs:
    """Reads each event once, however often a page asks."""

    def __init__(self) -> None:
        self._tails: OrderedDict[str, _Tail] = OrderedDict()
        self._lock = threading.Lock()

    def lines(self, server: DagsterServer, run_id: str) -> list[str]:
        """Return the last lines of a run.

        Raises:
            PipeWeaveError: SERVICE_UNAVAILABLE if Dagster's web server does not answer.
        """
        with self._lock:
            tail = self._tails.setdefault(run_id, _Tail())
            self._tails.move_to_end(run_id)
            while len(self._tails) > _MOST_RUNS:
                self._tails.popitem(last=False)
            for _ in range(_MOST_PAGES):
                events, tail.cursor, more = server.events(run_id, tail.cursor)
                tail.lines.extend(line for event in events if (line := _line(event)))
                if not more:
                    break
            return list(tail.lines)


def _line(event: dict[str, Any]) -> str:
    message, kind = event.get("message"), event.get("eventType")
    if not message or kind in _NOISE:
        return ""
    clock = time.strftime("%H:%M:%S", time.gmtime(float(event["timestamp"]) / 1000))
    return f"{clock} {event.get('stepKey') or '-'}: {message}"
