"""Trainings in a real MLflow store (SQLite and a folder), and what a stranger can do with them."""

import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.adapters import mlflow_store
from pipeweave_dagster.adapters.mlflow_store import quick_lookup
from pipeweave_dagster.core.evaluation import evaluate
from pipeweave_dagster.core.training import train
from pipeweave_dagster.services.registry_state import missing_in_mlflow
from pipeweave_dagster_tests.factories import (
    make_pipeline,
    make_snapshot,
    write_parquet,
)

# MLflow uses what SQLAlchemy and pydantic deprecate, and leaves connections to be collected.
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.slow]
NAME = "pipeweave-towns"
TAGS = {
    "dagster.run_id": "11111111-2222",
    "pipeweave.dataset": "towns",
    "pipeweave.data_sha256": "ab" * 32,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("mlflow")


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=200), "n": rng.integers(0, 9, 200)})
    frame["town"] = rng.choice(["a", "b"], 200)
    frame["when"] = pd.date_range("2020-01-01", periods=200)
    frame["y"] = np.where(frame["x"] + (frame["town"] == "a") > 0.5, "yes", "no")
    return frame


@pytest.fixture(scope="module")
def made(folder, rows):
    spec = make_pipeline(rows, "y", "binary")
    out = folder / "out"
    out.mkdir()
    model = train(
        spec=spec,
        data=write_parquet(rows, folder),
        out=out,
        budget_s=1,
        started_at=time.monotonic(),
    )
    known = [c for c in make_snapshot(rows).columns if c.name in model.features]
    return spec, model.model_copy(update={"columns": known}), out


@pytest.fixture(scope="module")
def uri(folder):
    return f"sqlite:///{folder / 'mlflow.db'}"


@pytest.fixture(scope="module")
def empty_store(folder):
    """A store without content: to make one takes MLflow a second of migrations."""
    database = folder / "empty" / "mlflow.db"
    mlflow_store.prepare_store(f"sqlite:///{database}")
    return database


@pytest.fixture
def own_uri(tmp_path, empty_store):
    """A store of the test's own."""
    for file in (empty_store, empty_store.with_name("mlflow.db.ready")):
        shutil.copy(file, tmp_path)
    return f"sqlite:///{tmp_path / 'mlflow.db'}"


def log(uri, folder, made, run="11111111-2222", **more):
    spec, model, out = made
    return mlflow_store.log_training(
        tracking_uri=uri,
        artifact_root=(folder / "artifacts").as_uri(),
        experiment="pipeweave/towns",
        model_name=NAME,
        trained=model,
        spec=spec,
        model=out / "model.skops",
        tags={**TAGS, "dagster.run_id": run},
        **more,
    )


@pytest.fixture(scope="module")
def logged(uri, folder, made):
    return log(uri, folder, made)


def test_one_run_a_training_with_a_nested_run_a_candidate(uri, logged):
    from mlflow import MlflowClient

    client = MlflowClient(uri)
    runs = client.search_runs([logged.mlflow.experiment_id])
    parent = client.get_run(logged.mlflow.run_id)
    assert len(runs) == 1 + len(logged.leaderboard)
    assert {run.info.status for run in runs} == {"FINISHED"}
    assert parent.data.tags["dagster.run_id"] == TAGS["dagster.run_id"]
    assert parent.data.params["winner"] == logged.winner
    assert parent.inputs.dataset_inputs[0].dataset.digest == ("ab" * 32)[:36]


def test_test_scores_plots_and_card_are_added(uri, folder, made, logged):
    from mlflow import MlflowClient

    spec, model, out = made
    (folder / "evaluation").mkdir()
    found = evaluate(
        trained=model,
        spec=spec,
        model=out / "model.skops",
        test_rows=out / "test_rows.parquet",
        out=folder / "evaluation",
    )
    card = folder / "evaluation" / "model_card.md"
    client = MlflowClient(uri)
    mlflow_store.log_evaluation(uri, logged.mlflow, found, card)
    run = client.get_run(logged.mlflow.run_id)
    assert run.data.metrics["test_roc_auc"] == found.metrics["roc_auc"].value
    files = {f.path for f in client.list_artifacts(logged.mlflow.run_id)}
    assert {"model_card.md", "plots", "evaluation.json", "pipeline.json"} <= files
    assert "Model card" in client.get_model_version(NAME, "1").description


def test_two_thousand_trials_are_capped_and_overrides_are_a_tag(tmp_path, own_uri, made):
    """A long search must not fill the store: it is opened by people, again and again."""
    from mlflow import MlflowClient

    spec, model, out = made
    trials = [model.leaderboard[k % 2].model_copy(update={"name": f"t{k}"}) for k in range(2000)]
    long = model.model_copy(
        update={"leaderboard": trials, "overrides": ["PW204 bar_passed: known before the exam"]}
    )
    uri = own_uri
    logged = log(uri, tmp_path, (spec, long, out))
    client = MlflowClient(uri)
    run = client.get_run(logged.mlflow.run_id)
    assert run.data.tags["pipeweave.overrides"] == "PW204 bar_passed: known before the exam"
    version = client.get_model_version(NAME, logged.mlflow.model_version)
    assert version.tags["pipeweave.overrides"] == run.data.tags["pipeweave.overrides"]
    assert len(client.search_runs([logged.mlflow.experiment_id], max_results=5000)) == 31
    size = sum(f.stat().st_size for f in tmp_path.rglob("*") if f.is_file())
    assert size < 20e6


def test_a_new_champion_keeps_the_old_one_as_previous(uri, folder, made, logged):
    second = log(uri, folder, made, run="33333333-4444")
    assert mlflow_store.version_with_alias(uri, "no such model", "champion") is None
    mlflow_store.set_alias(uri, NAME, "1", "champion")
    assert mlflow_store.version_with_alias(uri, NAME, "champion") == logged.mlflow
    mlflow_store.set_alias(uri, NAME, second.mlflow.model_version, "champion")
    assert mlflow_store.version_with_alias(uri, NAME, "champion") == second.mlflow
    quick = quick_lookup.quick_version_with_alias
    assert quick(uri, NAME, "champion") == (True, second.mlflow)
    assert quick(uri, NAME, "previous") == (True, logged.mlflow)
    assert quick(uri, "no such model", "champion") == (True, None)
    assert quick("http://127.0.0.1:1", NAME, "champion") == (False, None)
    for name in (NAME, "no such model"):
        found = quick_lookup.quick_aliases(uri, name)
        assert found == (True, mlflow_store.current_aliases(uri, name))
    from mlflow import MlflowClient

    assert MlflowClient(uri).get_model_version_by_alias(NAME, "previous").version in (1, "1")


def test_the_model_file_comes_back_as_it_was(uri, logged, made, tmp_path):
    import mlflow

    source = f"{logged.mlflow.model_uri}/artifacts/model.skops"
    file = Path(
        mlflow.artifacts.download_artifacts(
            source, dst_path=str(tmp_path), tracking_uri=uri, registry_uri=uri
        )
    )
    assert file.read_bytes() == (made[2] / "model.skops").read_bytes()


def test_a_run_registers_one_version_however_often_it_is_tried(tmp_path, own_uri, made):
    """A retry of the training stage registered a second version of the same model."""
    from mlflow import MlflowClient

    spec, model, out = made
    uri = own_uri
    client = MlflowClient(uri, uri)

    def versions():
        return [int(v.version) for v in client.search_model_versions(f"name = '{NAME}'")]

    first = log(uri, tmp_path, made)
    assert log(uri, tmp_path, made) == first, "the reply was lost"
    assert versions() == [1]
    other = model.model_copy(update={"model": model.model.model_copy(update={"sha256": "0" * 64})})
    assert log(uri, tmp_path, (spec, other, out)).mlflow.model_version == "2", "it trained anew"
    assert versions() == [2]
    client.set_registered_model_alias(NAME, "champion", "2")
    log(uri, tmp_path, made)
    assert sorted(versions()) == [2, 3], "what has an alias is kept"


class AwayError(Exception):
    """Stands for the errors of libraries."""


def error_of(module, name, text="x"):
    return type(name, (AwayError,), {"__module__": module})(text)


REFUSED = "API request to http://m/api failed with exception refused"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConnectionResetError("reset"), "SERVICE_UNAVAILABLE"),
        (error_of("sqlalchemy.exc", "OperationalError"), "SERVICE_UNAVAILABLE"),
        (error_of("mlflow.exceptions", "MlflowException", REFUSED), "SERVICE_UNAVAILABLE"),
        (error_of("mlflow.exceptions", "MlflowException", "Bad name"), None),
        (KeyError("bug"), None),
    ],
)
def test_an_mlflow_that_does_not_respond_is_retried_and_nothing_else(error, code):
    from pipeweave_dagster.adapters.mlflow_store.reachable import reachable
    from pipeweave_dagster.core.errors import PipeWeaveError

    @reachable
    def call():
        raise RuntimeError("outer") from error

    with pytest.raises(PipeWeaveError if code else RuntimeError) as caught:
        call()
    assert getattr(caught.value, "code", None) == code


def test_old_trials_go_to_the_trash_and_trainings_stay(tmp_path, own_uri, made):
    from mlflow import MlflowClient

    uri = own_uri
    logged = log(uri, tmp_path, made)
    trials = len(logged.leaderboard)
    assert mlflow_store.delete_old_trials(uri, time.time() - 3600, dry=False) == 0
    assert mlflow_store.delete_old_trials(uri, time.time() + 60, dry=True) == trials
    assert mlflow_store.delete_old_trials(uri, time.time() + 60, dry=False) == trials
    (left,) = MlflowClient(uri).search_runs([logged.mlflow.experiment_id])
    assert left.info.run_id == logged.mlflow.run_id


def test_a_version_is_restored_from_the_trash_or_reported_as_gone(tmp_path, own_uri, made):
    """A model whose version was deleted in MLflow was reused for ever, and never predicted."""
    from mlflow import MlflowClient

    uri = own_uri
    logged = log(uri, tmp_path, made)
    client, link = MlflowClient(uri, uri), logged.mlflow

    def sure() -> bool:
        return quick_lookup.is_surely_present(uri, link)

    for delete, name in (
        (client.delete_experiment, link.experiment_id),
        (client.delete_run, link.run_id),
    ):
        assert sure()
        # A command that finds the model there starts no process that imports MLflow.
        offline = SimpleNamespace(settings=SimpleNamespace(tracking_uri=uri), apart_within=None)
        assert missing_in_mlflow(offline, logged) == ""
        delete(name)
        assert not sure()
        assert mlflow_store.missing_version(uri, link) == ""
    mlflow_store.end_run(uri, link, "FINISHED")
    other = link.model_copy(update={"run_id": "0" * 32})
    assert "is another model" in mlflow_store.missing_version(uri, other)
    assert (sure(), quick_lookup.is_surely_present(uri, other)) == (True, False)
    assert not quick_lookup.is_surely_present("http://127.0.0.1:1", link)
    client.delete_model_version(NAME, link.model_version)
    assert not sure()
    assert "version 1 of pipeweave-towns was deleted" in mlflow_store.missing_version(uri, link)
    client.delete_registered_model(NAME)
    assert "was deleted in MLflow" in mlflow_store.missing_version(uri, link)
    assert mlflow_store.version_with_alias(uri, NAME, "champion") is None


STRANGER = """
import sys
sys.modules["pipeweave_dagster"] = None
import mlflow, pandas as pd
mlflow.set_tracking_uri(sys.argv[1])
model = mlflow.pyfunc.load_model(sys.argv[2])
rows = pd.DataFrame(
    {"when": pd.to_datetime(["2020-01-05", None]), "town": [None, "new"],
     "n": pd.array([3, None], "Int64"), "x": [1, 2], "further": 0}
)
print(model.predict(rows).to_csv())
as_read = rows.assign(when=["2020-01-05", None], town=float("nan"), n=["3", None])
print(model.predict(as_read).equals(model.predict(rows.assign(town=None))))
for wrong in (rows.rename(columns=str.upper), pd.DataFrame({"a": [1]})):
    try:
        model.predict(wrong)
    except Exception as error:
        print("missing inputs" in str(error) and "town" in str(error))
print(len(model.metadata.metadata["column_types"]), model.metadata.metadata["column_types"]["n"])
"""


def test_it_answers_where_pipeweave_is_not_installed(uri, logged, made):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", STRANGER, uri, logged.mlflow.model_uri],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert lines[0] == ",prediction,probability_no,probability_yes"
    assert len(lines[1].split(",")) == 4
    assert lines[-4:] == ["True", "True", "True", "4 integer"]


def test_its_requirements_are_exact_and_few(made):
    from pipeweave_dagster.core.training.artifacts.packages import required

    found = required(made[1].package_versions, made[2] / "model.skops")
    assert all("==" in line for line in found)
    boosters = {line.split("==")[0] for line in found} & {"xgboost", "lightgbm"}
    winner = made[1].winner
    names = made[1].leaderboard[0].params if winner == "ensemble" else [winner]
    used = {b for b in ("xgboost", "lightgbm") if any(name.startswith(b) for name in names)}
    assert boosters == used


def test_a_run_that_fails_says_so(uri, folder, made, monkeypatch):
    from mlflow import MlflowClient

    from pipeweave_dagster.adapters.mlflow_store import training_log

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(training_log, "log_served_model", fail)
    with pytest.raises(OSError, match="disk full"):
        log(uri, folder, made, run="55555555-6666")
    client = MlflowClient(uri)
    experiment = client.get_experiment_by_name("pipeweave/towns").experiment_id
    states = {r.info.status for r in client.search_runs([experiment])}
    assert states == {"FAILED", "FINISHED"}


def record(uri, tags, status, error):
    return mlflow_store.record_end(uri, None, "pipeweave/towns", tags, status, error, 1.7e9)


def test_a_run_stays_open_for_its_evaluation_and_ends_with_it(tmp_path, own_uri, made):
    """People who look only at MLflow saw FINISHED before the evaluation, and after it failed."""
    from mlflow import MlflowClient

    uri = own_uri
    logged = log(uri, tmp_path, made, ends=False)
    client, run_id = MlflowClient(uri), logged.mlflow.run_id
    trial = client.create_run(logged.mlflow.experiment_id, tags={"mlflow.parentRunId": run_id})
    assert client.get_run(run_id).info.status == "RUNNING"
    mlflow_store.end_run(uri, logged.mlflow, "FAILED", "VALIDATION_ERROR: No.")
    assert client.get_run(run_id).data.tags["pipeweave.error"] == "VALIDATION_ERROR: No."
    assert client.get_run(trial.info.run_id).info.status == "FAILED"
    mlflow_store.end_run(uri, logged.mlflow, "FINISHED")
    run = client.get_run(run_id)
    assert (run.info.status, "pipeweave.error" in run.data.tags) == ("FINISHED", False)
    record(uri, TAGS, "FAILED", "too late")
    assert client.get_run(run_id).info.status == "FINISHED"


def test_every_training_leaves_a_run(own_uri):
    from mlflow import MlflowClient

    uri = own_uri
    assert record(uri, {"dagster.run_id": "a"}, "FINISHED", "") is None
    place = record(uri, {"dagster.run_id": "a", "more": "x"}, "KILLED", "Cancelled.")
    run = MlflowClient(uri).get_run(place[1])
    assert (run.info.status, run.info.start_time) == ("KILLED", 1_700_000_000_000)
    assert run.data.tags["pipeweave.error"] == "Cancelled."
    assert record(uri, {"dagster.run_id": "a"}, "FAILED", "Later.") == place
    assert MlflowClient(uri).get_run(place[1]).data.tags["pipeweave.error"] == "Cancelled."


# Forked after the import of MLflow, which would cost more than what is tested.
_AT_ONCE = """
import os, sys
from mlflow import MlflowClient
from pipeweave_dagster.adapters.mlflow_store import prepare_store

def use():
    prepare_store(sys.argv[1])
    client = MlflowClient(sys.argv[1])
    client.set_terminated(client.create_run("0").info.run_id)

children = []
for _ in range(3):
    child = os.fork()
    if child == 0:
        code = 1
        try:
            use()
            code = 0
        finally:
            os._exit(code)
    children.append(child)
print([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children])
"""


def test_three_processes_on_a_fresh_store_at_once(tmp_path):
    uri = f"sqlite:///{tmp_path}/new/mlflow.db"
    command = [sys.executable, "-W", "ignore", "-c", _AT_ONCE, uri]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[0, 0, 0]", done.stderr
    assert (tmp_path / "new" / "mlflow.db.ready").exists()
