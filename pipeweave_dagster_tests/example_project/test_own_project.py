"""PipeWeave inside somebody's own project: an asset of theirs in, a model out."""

import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from pipeweave_dagster_tests.defs.conftest import scores_alone
from pipeweave_dagster_tests.example_project.definitions import project
from pipeweave_dagster_tests.integration.wholeness import faults, head

pytestmark = pytest.mark.slow


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    folder = tmp_path / "dagster"
    folder.mkdir()
    (folder / "dagster.yaml").write_text("telemetry: {enabled: false}")
    with dg.DagsterInstance.local_temp(str(folder)) as instance:
        yield instance


def test_names_do_not_meet(tmp_path: Path) -> None:
    defs = project(tmp_path)
    jobs = {job.name for job in defs.resolve_all_job_defs()}
    assert {"process_dataset", "ml_process_dataset", "ml_predict_batch"} <= jobs
    keys = {key.to_user_string() for key in defs.resolve_all_asset_keys()}
    assert {"dataset", "ml/dataset", "penguins", "ml/deliver_penguins"} <= keys


@pytest.mark.slow
def test_upstream_asset_becomes_a_model(
    tmp_path: Path, home: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPEWEAVE_TIME_BUDGET_S", "1")
    scores_alone(monkeypatch)
    defs = project(tmp_path / "theirs")
    everything = defs.resolve_implicit_global_asset_job_def()
    delivered = everything.execute_in_process(
        instance=instance,
        asset_selection=[dg.AssetKey("penguins"), dg.AssetKey(["ml", "deliver_penguins"])],
    )
    assert delivered.success
    request = first_request(defs, instance)
    run = defs.resolve_job_def("ml_process_dataset").execute_in_process(
        instance=instance, partition_key=request.partition_key, tags=dict(request.tags)
    )
    assert run.success
    published = head(home / "storage", "penguins")
    assert published is not None
    assert {"raw_upload", "findings", "model_evaluation"} <= set(published.entries)
    assert not faults(home / "storage")


def first_request(defs: dg.Definitions, instance: dg.DagsterInstance) -> dg.RunRequest:
    """What the sensor asks for, once the file has stood still."""
    repository = defs.get_repository_def()
    cursor, end = None, time.monotonic() + 20
    while time.monotonic() < end:
        context = dg.build_sensor_context(
            instance, cursor=cursor, repository_def=repository, sensor_name="ml_uploads"
        )
        result = repository.get_sensor_def("ml_uploads")(context)
        if isinstance(result, dg.SensorResult):
            assert result.run_requests
            return result.run_requests[0]
        cursor = context.cursor
        time.sleep(0.5)
    raise AssertionError("the sensor has not asked for a run")
