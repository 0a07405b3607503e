"""A failure of the power: everything is killed at once, and what was just written is torn."""

import random
import time
from pathlib import Path

import psutil

from benchmarks.fault_parts.installation import Installation
from pipeweave_dagster_tests.servers.workbench import pipeweave_dev

_CHANCE = random.Random(17)
_TORN_S = 20.0
_TOPS = ("raw", "payloads", "documents", "datasets", "leases", "sensors")


def unplugged(place: Installation) -> None:
    """Kill everything, tear what was written lately, start again, and upload everything again."""
    names = [*place.dropped]
    end = time.monotonic() + 300
    while sum(place.is_lost(n) for n in names) > len(names) // 2 and time.monotonic() < end:
        time.sleep(1)
    time.sleep(_CHANCE.uniform(0, 5))
    process = psutil.Process(place.dev.process.pid)
    for one in [process, *process.children(recursive=True)]:
        one.kill()
    place.dev.process.wait()
    home = Path(place.dev.env["PIPEWEAVE_HOME"])
    tear(home / "storage")
    place.dev = place.stack.enter_context(pipeweave_dev(place.given, home.parent))
    for name in names:
        place.drop(name, trains=name in place.trained)


def tear(root: Path) -> int:
    """Empty, halve or zero what was written in the last 20 s; return how many objects."""
    now, torn = time.time(), 0
    for path in sorted(p for top in _TOPS for p in (root / top).rglob("*") if p.is_file()):
        if now - path.stat().st_mtime < _TORN_S:
            data = path.read_bytes()
            path.write_bytes([b"", data[: len(data) // 2], b"\0" * len(data)][torn % 3])
            torn += 1
    return torn
