"""One whole `pipeweave run` in a process of its own: wall-clock, processor time, and its steps."""

import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

_GRACE_S = 900


class Stamp(NamedTuple):
    """A line of the progress, when it appeared, and the processor time used by then."""

    at_s: float
    processor_s: float
    line: str


class Measured(NamedTuple):
    """What a command took.

    Attributes:
        wall_s: From its start to its end.
        processor_s: Processor time of it and all its children.
        others: Processors that other processes kept busy meanwhile, on average.
        stamps: The lines of its progress, in seconds from its start.
        facts: Its JSON, empty if it failed.
    """

    wall_s: float
    processor_s: float
    others: float
    stamps: list[Stamp]
    facts: dict[str, Any]

    def first(self, text: str) -> Stamp | None:
        """Return the first line that begins with a text, None if there is none."""
        return next((s for s in self.stamps if s.line.strip().startswith(text)), None)


def measured(file: Path, budget_s: float, options: list[str]) -> Measured:
    """Run `pipeweave run` on a file in a new home."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        command = [sys.executable, "-m", "pipeweave_dagster.cli", "run", str(file)]
        command += ["--time-budget", f"{budget_s:g}", *options]
        environment = {**os.environ, "PIPEWEAVE_HOME": home, "COLUMNS": "300"}
        began, busy, own = time.monotonic(), _busy_s(), _children_s()
        with _running(command, environment) as process:
            stamps = _stamps(process, began)
            process.wait(budget_s + _GRACE_S)
        wall = time.monotonic() - began
        processor = _children_s() - own
        others = max(0.0, _busy_s() - busy - processor) / wall
        return Measured(wall, processor, others, stamps, _facts(home))


@contextlib.contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Any:
    process = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _stamps(process: "subprocess.Popen[str]", began: float) -> list[Stamp]:
    found: list[Stamp] = []

    def read() -> None:
        for line in process.stderr or ():
            used = _tree_s(process.pid)
            found.append(Stamp(time.monotonic() - began, used, line.rstrip()))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(_GRACE_S)
    return found


def _facts(home: str) -> dict[str, Any]:
    """Return the evaluation document of the only data set, from the storage."""
    heads = list(Path(home, "storage", "datasets").glob("*/HEAD.json"))
    if not heads:
        return {}
    head = json.loads(heads[0].read_text())
    facts: dict[str, Any] = {}
    for name in ("model", "model_evaluation"):
        entry = head["entries"].get(name)
        if entry is not None:
            path = Path(home, "storage", "documents", f"{entry['document']}.json")
            facts[name] = json.loads(path.read_text())
    return facts


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _tree_s(root: int) -> float:
    """Return the processor seconds of a process and all that it has started."""
    parents: dict[int, int] = {}
    used: dict[int, float] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            fields = path.read_text().rpartition(")")[2].split()
            pid = int(path.parent.name)
            parents[pid] = int(fields[1])
            used[pid] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    total = 0.0
    for pid, seconds in used.items():
        above = pid
        while above not in (root, 0):
            above = parents.get(above, 0)
        total += seconds if above == root else 0.0
    return total


def _busy_s() -> float:
    """Return the seconds that the processors of this machine have worked so far."""
    with contextlib.suppress(OSError):
        fields = [int(n) for n in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
        idle = fields[3] + fields[4]
        return (sum(fields[:8]) - idle) / os.sysconf("SC_CLK_TCK")
    return 0.0
