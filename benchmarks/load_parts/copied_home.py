"""A home with many data sets: copies of the records of a few that were really processed."""

import json
import os
from pathlib import Path

import dagster as dg

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.lib.partitions import DATASETS
from pipeweave_dagster_tests.integration.stored_home import unpack

_EARLIER = Path(__file__).parents[2] / "pipeweave_dagster_tests" / "integration" / "earlier_release"
_ORIGINAL = "penguins"


def copied_home(folder: Path, datasets: int) -> dg.DagsterInstance:
    """Return the instance of a home in which one data set exists many times.

    The data set with its champion, scored batch and drift comes from a stored home of release
    0.2.0. Documents and payloads are shared; each copy has records, an upload, a partition and
    a materialization of `model` of its own.

    Args:
        folder: Empty.
        datasets: How many copies.
    """
    unpack(_EARLIER / "home-0.2.0.tar.xz", folder)
    os.environ["PIPEWEAVE_HOME"] = str(folder / "home")
    os.environ.pop("PIPEWEAVE_STORAGE", None)  # of an earlier home of this process
    home.settings.cache_clear()
    storage = home.prepare().storage_folder
    names = [f"data-{number:05}" for number in range(datasets - 1)]
    originals = list((storage / "datasets" / _ORIGINAL).rglob("*.json"))
    upload = next((storage / "uploads" / _ORIGINAL).glob("*.csv")).read_bytes()
    for name in names:
        for original in originals:
            copy = (
                storage / "datasets" / name / original.relative_to(storage / "datasets" / _ORIGINAL)
            )
            copy.parent.mkdir(parents=True, exist_ok=True)
            content = json.loads(original.read_text())
            copy.write_text(
                json.dumps({**content, "dataset": name} if "dataset" in content else content)
            )
        (storage / "uploads" / name).mkdir(parents=True)
        (storage / "uploads" / name / "data.csv").write_bytes(upload)
    instance = dg.DagsterInstance.get()
    for at in range(0, len(names), 1000):
        instance.add_dynamic_partitions(str(DATASETS.name), names[at : at + 1000])
    for name in names:
        event = dg.AssetMaterialization(asset_key="model", partition=name)
        instance.report_runless_asset_event(event)
    return instance
