"""Do harm while uploads are processed, and count what is lost or double.

For each fault N uploads of N data sets are dropped into the landing zone of a real installation,
and the harm is done while their runs are under way. Faults of one kind of installation share one,
one after the other. Every sixth data set (with MLflow away: every second one) trains a model; the
others are declared to have no target, and end with findings and report. Prints one table:

- lost: data sets that are not published completely at the end;
- double: data sets with two successful runs of one upload, or more models than uploads;
- broken: published documents and files that are missing or not whole;
- recovery: seconds from the fault to the end of the last run that was under way at that moment.

    python -m benchmarks.faults [--uploads 50] [--faults daemon,S3] [--budget 1] [--together]

With --together all faults of one kind of installation happen one after the other while one lot of
uploads is processed, which takes a fraction of the time. Since they may hit one run several times,
PIPEWEAVE_CRASH_RESTARTS is 5 then instead of 1.
"""

import argparse
import contextlib
import itertools
import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.fault_parts import processes, services
from benchmarks.fault_parts.catalog import FAULTS, Fault
from benchmarks.fault_parts.installation import Installation
from pipeweave_dagster.adapters.storage.folder import FolderStorage
from pipeweave_dagster_tests.servers.process import wait_until
from pipeweave_dagster_tests.servers.workbench import pipeweave_dev

_LIMIT_S = 5400.0


def main() -> None:
    """Try every fault, and print the table."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--uploads", type=int, default=50)
    arguments.add_argument("--budget", type=float, default=1)
    arguments.add_argument("--faults", default="")
    arguments.add_argument("--together", action="store_true")
    given = arguments.parse_args()
    logging.getLogger("pipeweave_dagster").setLevel(logging.CRITICAL)  # each look would name damage
    words = [word for word in given.faults.split(",") if word]
    wanted = [f for f in FAULTS if not words or any(word in f.name for word in words)]
    print("| fault | uploads | lost | double | broken | recovery |")
    print("| --- | --- | --- | --- | --- | --- |", flush=True)
    for where, faults in itertools.groupby(wanted, lambda fault: fault.where):
        env = {"PIPEWEAVE_TIME_BUDGET_S": str(given.budget)}
        env |= {"PIPEWEAVE_CRASH_RESTARTS": "5"} if given.together else {}
        with _installed(where, env) as place:
            for number, fault in enumerate([_joined([*faults])] if given.together else faults):
                if place is None:
                    print(f"| {fault.name} | not tried: it needs root, or a C compiler | | | | |")
                    continue
                print(_tried(fault, place, number, given.uploads), flush=True)


def _joined(faults: list[Fault]) -> Fault:
    def act(place: Installation) -> None:
        for fault in faults:
            fault.act(place)
            sys.stderr.write(f"{time.strftime('%H:%M:%S')} {fault.name}\n")

    name = "; ".join(fault.name for fault in faults)
    return Fault(name, faults[0].where, act, min(fault.models for fault in faults))


@contextlib.contextmanager
def _installed(where: str, env: dict[str, str]) -> Iterator[Installation | None]:
    """An installation of a kind; None where this machine cannot have it."""
    if (where == "small disk" and os.geteuid()) or (
        where == "settable clock" and not shutil.which("cc")
    ):
        yield None
        return
    with contextlib.ExitStack() as stack:
        if where == "servers":
            yield services.on_servers(env, stack)
            return
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pipeweave-faults-")))
        disk = folder
        if where == "small disk":
            disk = stack.enter_context(processes.small_disk(folder / "disk"))
        if where == "settable clock":
            env |= processes.settable_clock(folder)
        dev = stack.enter_context(pipeweave_dev(env, disk))
        storage = FolderStorage(disk / "home" / "storage")
        yield Installation(dev, storage, folder, env, stack)


def _tried(fault: Fault, place: Installation, number: int, uploads: int) -> str:
    place.number = number
    names = [f"data-{number}-{i}" for i in range(uploads)]
    for i, dataset in enumerate(names):
        place.drop(dataset, trains=i % fault.models == 0)
    wait_until(lambda: bool(place.dev.workers()), 300, why=place.dev.tail, every=0.5)
    time.sleep(2)
    hit = place.under_way() & {*names}
    began = time.monotonic()
    fault.act(place)
    names += [name for name in place.dropped if name.startswith(f"extra-{number}-")]
    waited = time.monotonic() - began
    seconds = waited + place.seconds_until_all(names, hit, _LIMIT_S)
    lost = [dataset for dataset in names if place.is_lost(dataset)]
    double, broken = place.doubles(names), place.broken(names)
    for what, found in (("lost", lost), ("double", double), ("broken", broken)):
        if found:
            print(f"{fault.name}: {what}: {found[:20]}", file=sys.stderr, flush=True)
    for line in place.story({*lost, *double}):
        print(line, file=sys.stderr, flush=True)
    figures = f"{len(names)} | {len(lost)} | {len(double)} | {len(broken)} | {seconds:.0f} s"
    return f"| {fault.name} | {figures} |"


if __name__ == "__main__":
    main()
