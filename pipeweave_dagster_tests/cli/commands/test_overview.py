"""`pipeweave overview` and the page `/overview` show what the index of the overview holds."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeweave_dagster.adapters.state import DocumentStore, Entry, RunState, publish
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.core.documents import Findings
from pipeweave_dagster.services.overview import entry_of
from pipeweave_dagster.services.overview_index import overview_of
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.factories.checked_dataset import finding
from pipeweave_dagster_tests.factories.registry import register


def call(*words: str) -> str:
    done = CliRunner().invoke(build_app(words[0]), list(words), env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture
def store(home: Path, monkeypatch: pytest.MonkeyPatch) -> DocumentStore:
    monkeypatch.setenv("PIPEWEAVE_COST_PER_HOUR", "2")
    settings = Settings()
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    register(store, "1", 0.8)
    RunState(store, "demo", "good").attempt("succeeded")
    RunState(store, "weak", "bad").attempt("failed", asset="model", error={"message": "No."})
    return store


def test_totals_tables_and_json(store: DocumentStore) -> None:
    text = call("overview", "--top", "1")
    assert "2 data sets: 1 published, 1 with a champion, 1 whose last run failed" in text
    assert "Runs: 1 succeeded, 1 failed (50.0% success), 0 under way" in text
    assert ", cost " in text
    listed = text.split("\n\n")[1].splitlines()
    assert listed[1].startswith("weak"), "what needs attention comes first"
    assert listed[2] == "1 more data sets; see --top."
    assert "best models" in text
    facts = json.loads(call("overview", "--json", "--rebuild"))
    overview = overview_of(store)
    assert facts["datasets"] == [entry.model_dump(mode="json") for entry in overview.datasets]
    assert facts["totals"] == overview.totals().model_dump(mode="json")
    assert facts["best"] == ["demo"]


def test_one_data_set_is_not_several_and_what_is_overridden_alerts_no_more(home: Path) -> None:
    settings = Settings()
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    run = RunState(store, "demo", "good")
    alerts = [finding("PW303", "alerted", "a"), finding("PW801", "alerted", "b", overridden="ok")]
    document = store.save(Findings(findings=alerts))
    run.record("findings", Entry(document=document, key="k", run_id="good", made_at=1.0), 1.0)
    publish(run, {"findings"})
    run.attempt("succeeded")
    assert "1 data set: 1 published" in call("overview")
    assert entry_of(store, "demo").alerts == 1


def test_an_empty_workbench(home: Path) -> None:
    assert "0 data sets" in call("overview")
    facts = json.loads(call("overview", "--json"))
    assert (facts["success_rate"], facts["run_cost"], facts["datasets"]) == (None, None, [])
