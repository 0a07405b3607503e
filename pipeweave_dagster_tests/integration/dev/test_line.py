"""A file is dropped into a bucket; model, pages and predictions follow, on real servers."""

import html
import json
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from pipeweave_dagster_tests.integration.dev.conftest import PICKED_UP_S
from pipeweave_dagster_tests.servers import graphql
from pipeweave_dagster_tests.servers.mailbox import Mailbox
from pipeweave_dagster_tests.servers.process import wait_until
from pipeweave_dagster_tests.servers.workbench import Dev

pytestmark = [
    pytest.mark.server,
    pytest.mark.slow,
    pytest.mark.xdist_group("dev"),
    pytest.mark.timeout(600),
]
Put = Callable[[str, bytes], None]


@pytest.fixture
def put(bucket: tuple[Any, str, str]) -> Put:
    """Writes an object as a user's own tool would."""
    client, name, prefix = bucket
    return lambda key, body: client.put_object(Bucket=name, Key=f"{prefix}/{key}", Body=body)


@pytest.fixture
def keys(bucket: tuple[Any, str, str]) -> Callable[[str], list[str]]:
    """The keys below a prefix of the storage."""
    client, name, prefix = bucket

    def found(below: str) -> list[str]:
        listed = client.list_objects_v2(Bucket=name, Prefix=f"{prefix}/{below}")
        return [entry["Key"].removeprefix(f"{prefix}/") for entry in listed.get("Contents", [])]

    return found


def test_dropped_file_becomes_the_champion(dev: Dev, penguins: dict[str, Any]) -> None:
    assert penguins["status"] == "SUCCESS", dev.tail()
    assert len(dev.runs("penguins")) == 1, "one version runs once"
    query = urllib.parse.urlencode({"name": "pipeweave-penguins", "alias": "champion"})
    url = f"{dev.mlflow}/api/2.0/mlflow/registered-models/alias?{query}"
    with urllib.request.urlopen(url, timeout=30) as answer:
        version = json.load(answer)["model_version"]
    run_id = version["run_id"]
    with urllib.request.urlopen(
        f"{dev.mlflow}/api/2.0/mlflow/runs/get?run_id={run_id}", timeout=30
    ) as answer:
        run = json.load(answer)["run"]
    tags = {tag["key"]: tag["value"] for tag in run["data"]["tags"]}
    assert run["info"]["status"] == "FINISHED"
    assert tags["dagster.run_id"] == penguins["runId"]
    assert tags["dagster.run_url"].startswith(dev.dagster)


def test_rows_to_score_are_scored(
    dev: Dev, penguins: dict[str, Any], put: Put, keys: Callable[[str], list[str]]
) -> None:
    rows = Path(__file__).parents[3].joinpath("examples", "penguins.csv").read_bytes()
    put("predict/penguins/today.csv", rows)
    dev.wait_for_run("penguins", PICKED_UP_S, after=1)
    assert dev.wait_for_end("penguins")["status"] == "SUCCESS", dev.tail()
    made = keys("predictions/penguins/")
    assert {key.rpartition(".")[2] for key in made} == {"csv", "json", "parquet"}


def test_refused_file_says_why_in_the_run_on_the_page_and_in_one_alert(
    dev: Dev, dropped: float, hook: Mailbox
) -> None:
    dev.wait_for_run("empty", PICKED_UP_S)
    run = dev.wait_for_end("empty")
    assert run["status"] == "FAILURE"
    query = """query Failure($run: ID!) { logsForRun(runId: $run) { ... on EventConnection {
      events { ... on ExecutionStepFailureEvent { failureMetadata { metadataEntries {
        label ... on TextMetadataEntry { text } } } } } } } }"""
    events = graphql.ask(dev.dagster, query, run=run["runId"])["logsForRun"]["events"]
    failures = [event["failureMetadata"] for event in events if event.get("failureMetadata")]
    facts = {e["label"]: e.get("text") for e in failures[0]["metadataEntries"]}
    assert facts["code"] == "VALIDATION_ERROR"
    assert "empty" in facts["message"]
    status, job = dev.api("GET", f"/training/jobs/{run['runId']}")
    assert (status, job["data"]["error"]["message"]) == (200, facts["message"])
    with urllib.request.urlopen(f"{dev.pages}/datasets/empty", timeout=30) as page:
        assert facts["message"] in html.unescape(page.read().decode())

    def alerts() -> list[str]:
        # What ends within one look of the alerts is one message, which then names other data sets.
        return [m["body"] for m in hook.received if run["runId"] in m["body"]]

    wait_until(lambda: bool(alerts()), 120, why=dev.tail, every=1)
    (alert,) = alerts()
    assert facts["message"] in " ".join(alert.split())


def test_cancel_leaves_no_process_within_ten_seconds(dev: Dev, put: Put, examples: Path) -> None:
    put("uploads/long/pipeweave.yaml", b"target: species\ntime_budget_s: 600\n")
    put("uploads/long/long.csv", (examples / "penguins.csv").read_bytes())
    run = dev.wait_for_run("long", PICKED_UP_S)
    wait_until(lambda: bool(dev.workers()), 60, why=dev.tail)
    time.sleep(2)
    workers = dev.workers()
    graphql.terminate(dev.dagster, run["runId"])
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert not alive
    assert dev.wait_for_end("long", 20)["status"] == "CANCELED"
    assert not dev.workers()
