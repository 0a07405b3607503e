"""Kill parts of `pipeweave dev` while uploads are processed, and count what is lost or double.

Each fault gets an installation of its own: N uploads of N data sets are dropped into the landing
zone, and a part is killed with SIGKILL while runs are under way. Prints one table:

- lost: data sets without a published model at the end;
- double: data sets with more than one registered version or more than one successful run;
- broken: objects of the storage that are not whole;
- recovery: seconds from the fault to the end of the last run that was under way at that moment.

    python -m benchmarks.faults [--uploads 10] [--faults daemon,code] [--budget 2]
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from pipeweave_dagster_tests.integration.wholeness import faults as broken_objects
from pipeweave_dagster_tests.integration.wholeness import head
from pipeweave_dagster_tests.servers import graphql
from pipeweave_dagster_tests.servers.process import wait_until
from pipeweave_dagster_tests.servers.workbench import Dev, pipeweave_dev

_FILE = Path(__file__).parents[1] / "examples" / "penguins.csv"
_POISON = b"\x00\xff" * 4096 + b'"' * 9999
_LIMIT_S = 900.0
_UNDER_WAY = {"STARTING", "STARTED"}


def _service(dev: Dev, word: str) -> psutil.Process:
    children = psutil.Process(dev.process.pid).children()
    return next(child for child in children if word in " ".join(child.cmdline()))


def _kill_worker(dev: Dev) -> None:
    dev.workers()[0].kill()


def _kill_run(dev: Dev) -> None:
    psutil.Process(dev.workers()[0].ppid()).kill()


def _kill_group(dev: Dev) -> None:
    os.killpg(_service(dev, "grpc").pid, signal.SIGKILL)


FAULTS: dict[str, Callable[[Dev], None]] = {
    "none": lambda _: None,
    "worker process of a run": _kill_worker,
    "process of a run": _kill_run,
    "daemon": lambda dev: _service(dev, "_daemon").kill(),
    "code server": lambda dev: _service(dev, "grpc").kill(),
    "code server and its runs": _kill_group,
    "web server": lambda dev: _service(dev, "dagster_webserver").kill(),
    "a poison file among the others": lambda _: None,
}


def main() -> None:
    """Try every fault, and print the table."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--uploads", type=int, default=10)
    arguments.add_argument("--budget", type=float, default=2)
    arguments.add_argument("--faults", default="")
    given = arguments.parse_args()
    wanted = [word for word in given.faults.split(",") if word]
    print("| fault | uploads | lost | double | broken | recovery |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, act in FAULTS.items():
        if not wanted or any(word in name for word in wanted):
            lost, double, broken, seconds = _tried(name, act, given.uploads, given.budget)
            print(f"| {name} | {given.uploads} | {lost} | {double} | {broken} | {seconds:.0f} s |")
            sys.stdout.flush()


def _tried(
    name: str, act: Callable[[Dev], None], uploads: int, budget: float
) -> tuple[int, int, int, float]:
    with tempfile.TemporaryDirectory(prefix="pipeweave-faults-") as place:
        folder = Path(place)
        storage = folder / "home" / "storage"
        env = {"PIPEWEAVE_TIME_BUDGET_S": str(budget)}
        with pipeweave_dev(env, folder) as dev:
            names = [f"data-{number}" for number in range(uploads)]
            for dataset in names:
                _drop(storage, dataset, _FILE.read_bytes())
            if "poison" in name:
                _drop(storage, "poison", _POISON)
            wait_until(lambda: bool(dev.workers()), 300, why=dev.tail, every=0.5)
            time.sleep(2)
            hit = _under_way(dev) & {*names}
            act(dev)
            seconds = _seconds_until_all(storage, names, hit)
            lost = sum(_is_lost(storage, dataset) for dataset in names)
            successes = _successes(dev)
            double = sum(
                len([*storage.glob(f"datasets/{n}/models/*.json")]) > 1 or successes.count(n) > 1
                for n in names
            )
        return lost, double, len(broken_objects(storage)), seconds


def _drop(storage: Path, dataset: str, content: bytes) -> None:
    folder = storage / "uploads" / dataset
    folder.mkdir(parents=True)
    (folder / "pipeweave.yaml").write_text("target: species\n")
    (folder / "data.csv").write_bytes(content)


def _under_way(dev: Dev) -> set[str]:
    runs = graphql.runs(dev.dagster)
    return {run["tags"].get("dagster/partition", "") for run in runs if run["status"] in _UNDER_WAY}


def _successes(dev: Dev) -> list[str]:
    wait_until(lambda: _answers(dev), 120, why=dev.tail, every=1)
    runs = graphql.runs(dev.dagster)
    return [run["tags"].get("dagster/partition", "") for run in runs if run["status"] == "SUCCESS"]


def _answers(dev: Dev) -> bool:
    try:
        graphql.runs(dev.dagster)
    except OSError:
        return False
    return True


def _is_lost(storage: Path, dataset: str) -> bool:
    published = head(storage, dataset)
    return published is None or "model_evaluation" not in published.entries


def _seconds_until_all(storage: Path, names: list[str], hit: set[str]) -> float:
    """Wait until every data set is published; return when the last that was hit was."""
    began, recovered = time.monotonic(), 0.0
    while time.monotonic() - began < _LIMIT_S:
        left = {dataset for dataset in names if _is_lost(storage, dataset)}
        if left & hit:
            recovered = time.monotonic() - began
        if not left:
            break
        time.sleep(1)
    time.sleep(5)  # what would start twice has time to do so
    return recovered


if __name__ == "__main__":
    main()
