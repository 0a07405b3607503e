"""How large MLflow's store becomes with many trials, and how long a leaderboard takes to open.

    python benchmarks/mlflow_store.py HOME DATASET [--trials 2000]

HOME is a home of PipeWeave in which DATASET has a model. Its training is logged again and again,
as the line logs it (thirty trials below each), into a fresh SQLite store, until that holds so many
trials. Then the pages of MLflow's UI are asked for in a fresh process: the best trainings of the
experiment, the trials of one training, and the registered versions. Imports are not counted.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipeweave_dagster.adapters import mlflow_store
from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.documents import PipelineSpec, TrainedModel
from pipeweave_dagster.settings import Settings

_SHOWN = 30
_ASKED = """
import sys, time
from mlflow import MlflowClient
uri, metric = sys.argv[1:]
client = MlflowClient(uri, uri)
experiment = client.get_experiment_by_name("pipeweave/many").experiment_id
trainings = "tags.`dagster.run_id` != ''"
def asked(name, call):
    began, cpu = time.perf_counter(), time.process_time()
    found = call()
    spent = time.perf_counter() - began, time.process_time() - cpu
    print(f"{name:<32}{len(found):>6} found{spent[0]:>8.2f} s{spent[1]:>8.2f} s of processor time")
    return found
best = asked("trainings, best first", lambda: client.search_runs(
    [experiment], trainings, max_results=100, order_by=[f"metrics.cv_{metric} DESC"]))
asked("all runs, a page of the UI", lambda: client.search_runs(
    [experiment], max_results=100, order_by=[f"metrics.cv_{metric} DESC"]))
below = f"tags.mlflow.parentRunId = '{best[0].info.run_id}'"
asked("trials of one training", lambda: client.search_runs([experiment], below, max_results=100))
asked("registered versions", lambda: client.search_model_versions(
    "name = 'pipeweave-many'", max_results=100))
"""


def _log(store: DocumentStore, dataset: str, root: Path, trials: int) -> tuple[str, str]:
    trained = store.latest(dataset, "model", TrainedModel)
    spec = store.latest(dataset, "pipeline", PipelineSpec)
    if trained is None or spec is None:
        raise SystemExit(f"{dataset!r} has no model in this home.")
    board = [
        trial.model_copy(update={"name": f"{trial.name}_{round_}"})
        for round_ in range(_SHOWN)
        for trial in trained.leaderboard
    ][:_SHOWN]
    trained = trained.model_copy(update={"leaderboard": board})
    uri = f"sqlite:///{root / 'mlflow.db'}"
    for number in range(-(-trials // _SHOWN)):
        mlflow_store.log_training(
            tracking_uri=uri,
            artifact_root=(root / "artifacts").as_uri(),
            experiment="pipeweave/many",
            model_name="pipeweave-many",
            trained=trained,
            spec=spec,
            model=store.payload(trained.model),
            tags={"dagster.run_id": str(number), "pipeweave.dataset": "many"},
        )
    return uri, trained.metric


def _megabytes(path: Path) -> float:
    files = [path] if path.is_file() else [f for f in path.rglob("*") if f.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6


def main() -> None:
    """Log, and ask."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("home", type=Path)
    parser.add_argument("dataset")
    parser.add_argument("--trials", type=int, default=2000)
    given = parser.parse_args()
    settings = Settings(home=given.home, storage=str(given.home / "storage"))
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    with tempfile.TemporaryDirectory() as folder:
        root, began = Path(folder), time.process_time()
        uri, metric = _log(store, given.dataset, root, given.trials)
        print(f"logged in {time.process_time() - began:.0f} s of processor time")
        print(f"database {_megabytes(root / 'mlflow.db'):.1f} MB (goal: all below 200 MB)")
        print(f"files    {_megabytes(root / 'artifacts'):.1f} MB, models among them")
        subprocess.run([sys.executable, "-W", "ignore", "-c", _ASKED, uri, metric], check=True)


if __name__ == "__main__":
    main()
