"""Faults of processes of this machine: killed, started twice, out of disk, with a false clock."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks.fault_parts.installation import Installation
from pipeweave_dagster_tests.servers.process import wait_until
from pipeweave_dagster_tests.servers.workbench import Dev

CLOCK = "clock"
_POISON = b"\x00\xff" * 4096 + b'"' * 9999
_CHANCE = random.Random(17)


def nothing(_: Installation) -> None:
    """Do nothing: what the table shows without a fault."""


def poison(place: Installation) -> None:
    """Add a file that nobody can read."""
    place.drop("poison", content=_POISON)


def kill_worker(place: Installation) -> None:
    """Kill a process that reads or trains."""
    for _ in range(3):
        time.sleep(_CHANCE.uniform(0, 4))
        if workers := place.dev.workers():
            workers[0].kill()


def kill_run(place: Installation) -> None:
    """Kill the process of a run."""
    wait_until(lambda: bool(place.dev.workers()), 200, why=place.dev.tail, every=0.2)
    time.sleep(_CHANCE.uniform(0, 4))
    if workers := place.dev.workers():
        psutil.Process(workers[0].ppid()).kill()


def kill_service(word: str, place: Installation) -> None:
    """Kill a service twice, at random moments."""
    for _ in range(2):
        time.sleep(_CHANCE.uniform(0, 4))
        service(place.dev, word).kill()
        time.sleep(10)


def kill_group(place: Installation) -> None:
    """Kill the code server with all runs that it has started."""
    os.killpg(service(place.dev, "grpc").pid, signal.SIGKILL)


def second_daemon(place: Installation) -> None:
    """Start another daemon on the same installation, for three minutes."""
    home = Path(place.dev.env["PIPEWEAVE_HOME"])
    workspace = next(home.rglob("workspace.yaml"))
    command = [sys.executable, "-P", "-m", "dagster._daemon", "run", "-w", str(workspace)]
    env = place.dev.env | {"DAGSTER_HOME": str(workspace.parent)}
    with (place.folder / "second.log").open("wb") as log:
        other = subprocess.Popen(command, env=env, stdout=log, stderr=log)
        for number in range(6):  # both find them at the same moment
            time.sleep(10)
            place.drop(f"extra-{place.number}-{number}")
        time.sleep(60)
        other.kill()
        other.wait()


def fill_disk(place: Installation) -> None:
    """Leave no byte free for 40 s."""
    filler = Path(place.dev.env["PIPEWEAVE_HOME"]).parent / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * (1 << 16)):
                pass
        except OSError:
            pass
    end = time.monotonic() + 40
    while time.monotonic() < end:
        time.sleep(1)
    filler.unlink()


def move_clock(place: Installation) -> None:
    """Set the clock an hour back, then two days ahead, then right."""
    for offset in (-3600, 2 * 86_400, 0):
        _set_clock(place.folder / CLOCK, offset)
        time.sleep(20)


def settable_clock(folder: Path) -> dict[str, str]:
    """The environment of processes whose clock `move_clock` sets; needs a C compiler."""
    library = folder / "clock.so"
    source = Path(__file__).with_name("clock.c")
    command = ["cc", "-O2", "-shared", "-fPIC", "-o", str(library), str(source)]
    subprocess.run(command, check=True)
    _set_clock(folder / CLOCK, 0)
    return {"LD_PRELOAD": str(library), "PIPEWEAVE_BENCHMARK_CLOCK": str(folder / CLOCK)}


def _set_clock(clock: Path, offset_s: int) -> None:
    with clock.open("r+b" if clock.exists() else "wb") as file:  # it is mapped: never replaced
        file.write(offset_s.to_bytes(8, sys.byteorder, signed=True))


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of 400 MB."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def service(dev: Dev, word: str) -> psutil.Process:
    """A service of `pipeweave dev`, once it runs."""
    found: list[psutil.Process] = []

    def runs() -> bool:
        children = psutil.Process(dev.process.pid).children()
        found[:] = [child for child in children if word in _command_line(child)]
        return bool(found)

    wait_until(runs, 60, why=dev.tail, every=0.2)
    return found[0]


def _command_line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:  # it has just ended
        return ""
