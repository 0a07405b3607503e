"""What cannot be an upload is named where users look: in the sensor's tick, the lists, the page."""

import json
import os
import warnings
from pathlib import Path

import dagster as dg
import pytest
from typer.testing import CliRunner

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.build import build_defs
from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.cli.support import home as cli_home
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.left_out import recorded_left_out
from pipeweave_dagster.services.receive import choose
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web import create_app

with warnings.catch_warnings():  # it still works with httpx, which newer releases deprecate
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

LEFT_OUT = ["uploads/bad/caf\\xe9.csv: its name is not UTF-8",
            "uploads/evil: links are not followed"]  # fmt: skip


@pytest.fixture
def store(home: Path) -> DocumentStore:
    """A landing zone with a good file, one whose name is not UTF-8, and a link."""
    cli_home.settings.cache_clear()
    settings = Settings()
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    for key in ("uploads/good/a.csv", "uploads/bad/b.csv"):
        store.storage.put(key, b"a,b\n1,2\n")
        os.utime(settings.storage_folder / key, (0, 0))
    uploads = bytes(settings.storage_folder / "uploads")
    Path(os.fsdecode(uploads + b"/bad/caf\xe9.csv")).write_bytes(b"a\n")
    Path(os.fsdecode(uploads + b"/evil")).symlink_to("/")
    return store


def tick(
    instance: dg.DagsterInstance, cursor: str | None = None
) -> tuple[dg.SkipReason | dg.SensorResult, str | None]:
    """One tick of the sensor of uploads, and the cursor after it."""
    defs = build_defs()
    sensor = next(s for s in defs.sensors or [] if s.name == "uploads")
    context = dg.build_sensor_context(
        instance=instance, cursor=cursor, repository_def=defs.get_repository_def(),
        sensor_name=sensor.name,
    )  # fmt: skip
    result = sensor(context)
    assert isinstance(result, dg.SkipReason | dg.SensorResult)
    return result, context.cursor if isinstance(result, dg.SkipReason) else result.cursor


def test_the_good_start_and_the_bad_is_named(store: DocumentStore) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        result, cursor = tick(instance)
        assert isinstance(result, dg.SensorResult)
        keys = [r.tags["pipeweave/upload"] for r in result.run_requests or []]
        assert sorted(keys) == ["uploads/bad/b.csv", "uploads/good/a.csv"]
        again, cursor = tick(instance, cursor)
        assert isinstance(again, dg.SkipReason)
        assert all(text in (again.skip_message or "") for text in LEFT_OUT)
        assert recorded_left_out(store) == LEFT_OUT
        (Settings().storage_folder / "uploads" / "evil").unlink()
        tick(instance, cursor)
        assert recorded_left_out(store) == LEFT_OUT[:1]


def test_the_runs_of_others_do_not_notice(store: DocumentStore) -> None:
    assert [u.key for u in choose(store, "good", None, "append")] == ["uploads/good/a.csv"]


def test_lists_and_the_page_name_it(store: DocumentStore) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        tick(instance)
    said = CliRunner().invoke(build_app(), ["datasets", "ls", "--json"])
    assert json.loads(said.stdout)["left_out"] == LEFT_OUT
    assert LEFT_OUT[0] in CliRunner().invoke(build_app(), ["datasets", "ls"]).stdout
    with TestClient(create_app(store, Settings()), base_url="http://127.0.0.1") as client:
        assert LEFT_OUT[1] in client.get("/").text


def test_removing_a_data_set_removes_nothing_elsewhere(
    store: DocumentStore, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "theirs.csv").write_text("a")
    link = Settings().storage_folder / "uploads" / "evil"
    link.unlink()
    link.symlink_to(elsewhere)
    said = CliRunner().invoke(build_app(), ["datasets", "rm", "evil", "--yes"])
    assert isinstance(said.exception, PipeWeaveError), said.output
    assert said.exception.code == "NOT_FOUND"
    assert (elsewhere / "theirs.csv").read_text() == "a"
