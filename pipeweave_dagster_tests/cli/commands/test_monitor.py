"""`pipeweave monitor` shows the history that is stored, as text and as JSON."""

import json

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.core.documents import (
    BatchHistory,
    BatchRecord,
    ColumnDrift,
    Estimate,
    RefusedBatch,
)
from pipeweave_dagster.services.batch_history import change_history
from pipeweave_dagster.services.refused_batches import with_refused
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.factories.registry import register


def call(*words):
    from typer.testing import CliRunner

    return CliRunner().invoke(build_app(words[0]), list(words), env={"COLUMNS": "200"}).stdout


def record(number, **facts):
    return BatchRecord(
        batch=f"week-{number}",
        model_version="1",
        scored_at=1.7e9 + number,
        rows=1_200,
        predictions_key="",
        data_sha256="",
        metric="roc_auc",
        estimated={"roc_auc": Estimate(value=0.8, low=0.75, high=0.85)},
        **facts,
    )


def test_batches_are_listed_with_drift_performance_and_what_is_late(home, monkeypatch):
    monkeypatch.setenv("PIPEWEAVE_FRESH_PREDICTIONS_DAYS", "7")
    settings = Settings()
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    register(store, "1", 0.8)
    assert "No batch was scored yet" in call("monitor", "demo")
    moved = ColumnDrift(name="age", score=0.31, threshold=0.1, drifted=True)
    late = {"labelled": 900, "measured": {"roc_auc": Estimate(value=0.77, low=0.7, high=0.84)}}
    batches = [record(1), record(2, **late), record(3, drift=[moved], verdict="drifted")]
    lacking = RefusedBatch(
        batch="week-4", file="predict/demo/week-4.csv", at=1.7e9, reason="The data lacks columns."
    )
    change_history(
        store,
        "demo",
        lambda _: with_refused(BatchHistory(batches=batches), lacking),
    )
    text = call("monitor", "demo", "--last", "2")
    newest, older = [line for line in text.splitlines() if " week-" in line]
    refused = "refused: 2023-11-14 22:13 predict/demo/week-4.csv: The data lacks columns."
    assert refused in text
    assert refused in call("datasets", "show", "demo"), "whatever the last run was"
    assert "age 0.31" in newest
    assert "0.77 [0.7, 0.84]" in older
    assert "1 earlier batches are not shown." in text
    assert "late: The last scored batch is" in text
    facts = json.loads(call("monitor", "demo", "--json"))
    assert [b["batch"] for b in facts["batches"]] == ["week-1", "week-2", "week-3"]
    assert {part["part"] for part in facts["late"]} == {"predictions"}
