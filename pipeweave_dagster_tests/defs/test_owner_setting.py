"""`owner` of `pipeweave.yaml`: what a run makes of it, and where a difference is read."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from typer.testing import CliRunner

from pipeweave_dagster.adapters.state import RunState, publish
from pipeweave_dagster.adapters.state.manifest import Entry
from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.core.documents import RawUpload
from pipeweave_dagster.defs.datasets.assets import raw_upload
from pipeweave_dagster.lib.launch_config import LaunchConfig
from pipeweave_dagster.services.ownership import owners_of, set_owner
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web.views import dataset_view


@pytest.fixture
def bench(home: Path) -> Iterator[Workbench]:
    with Workbench(Settings()) as workbench:
        publish(RunState(workbench.store, "churn", "earlier"), set())  # nothing is warmed up
        yield workbench


def run_with(bench: Workbench, settings: bytes) -> RawUpload:
    bench.store.storage.put("uploads/churn/pipeweave.yaml", settings)
    context = dg.build_asset_context(partition_key="churn")
    made: RawUpload = raw_upload(context=context, config=LaunchConfig(), workbench=bench).value
    return made


def test_the_first_run_gives_the_data_set_and_a_later_one_only_notes(
    bench: Workbench, capfd: pytest.CaptureFixture[str]
) -> None:
    bench.store.storage.put("uploads/churn/a.csv", b"a,b\n1,2\n")
    run_with(bench, b"owner: ada\n")
    assert owners_of(bench.store) == {"churn": "ada"}
    assert "as the owner" not in capfd.readouterr().err
    made = run_with(bench, b"owner: eve\n")
    assert owners_of(bench.store) == {"churn": "ada"}
    assert "names eve as the owner, but the data set belongs to ada" in capfd.readouterr().err
    state = RunState(bench.store, "churn", "later")
    entry = Entry(document=bench.store.save(made), key="", run_id="later", made_at=0)
    state.record("raw_upload", entry)
    publish(state, {"raw_upload"})
    assert "names eve" in dataset_view(bench.store, "churn", Settings()).owner_note
    shown = " ".join(CliRunner().invoke(build_app(), ["datasets", "show", "churn"]).output.split())
    assert "owner ada" in shown
    assert "names eve as the owner" in shown
    set_owner(bench.store, "churn", "eve")
    assert dataset_view(bench.store, "churn", Settings()).owner_note == ""


def test_nobody_owns_what_has_settings_but_no_file(bench: Workbench) -> None:
    with pytest.raises(dg.Failure, match="NOT_FOUND"):
        run_with(bench, b"owner: ada\n")
    assert owners_of(bench.store) == {}
