"""Each endpoint does what it says: answer, envelope, who may, and what is recorded."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeweave_dagster.adapters.state import Attempt
from pipeweave_dagster.core.errors import unavailable, validation_error
from pipeweave_dagster.services.alias_history import GateCheck
from pipeweave_dagster.services.promotion import RolledBack
from pipeweave_dagster.services.promotion_gate import Gate
from pipeweave_dagster.services.receive import settings_of, uploads_of
from pipeweave_dagster.services.run_leases import RunWatch
from pipeweave_dagster.services.upload_locks import locked_keys
from pipeweave_dagster.web.api.routes import health as health_routes
from pipeweave_dagster.web.api.routes import models, predictions
from pipeweave_dagster_tests.servers.stand_in_dagster import StandInDagster, event

pytestmark = pytest.mark.slow

DATA = b"x,y\n1,2\n"
SHA = hashlib.sha256(DATA).hexdigest()


# -- health and files --------------------------------------------------------------------------


def test_health(api, monkeypatch):
    state = {"state": "ok", "version": "1", "uptime_s": 1.0, "services": []}
    monkeypatch.setattr(health_routes, "health_of", lambda *_: state)
    assert api.ask("GET", "/health") == state
    red = {**state, "state": "red", "services": [{"name": "storage", "state": "red"}]}
    monkeypatch.setattr(health_routes, "health_of", lambda *_: red)
    assert "storage" in api.ask("GET", "/health", 503)["message"]


def test_upload_and_complete(api):
    address = api.ask("POST", "/datasets/upload-url", 201, json={"dataset": "new"})
    assert (address["method"], address["key"]) == ("PUT", "uploads/new/upload.csv")
    place = address["url"].partition("/api/v1")[2]
    sent = api.ask("PUT", place, content=DATA, headers=address["headers"])
    assert sent == {"upload_id": address["upload_id"], "size_bytes": len(DATA)}
    body = {"upload_id": address["upload_id"], "size_bytes": len(DATA) + 1, "sha256": SHA}
    assert "8 bytes" in api.ask("POST", "/datasets/new/complete", 422, json=body)["message"]
    assert uploads_of(api.store, "new") == []
    body["size_bytes"] = len(DATA)
    done = api.ask("POST", "/datasets/new/complete", json=body)
    (upload,) = uploads_of(api.store, "new")
    assert (done["key"], done["version"]) == (upload.key, upload.version)
    assert [(e.action, e.who, e.subject) for e in api.audited()] == [
        ("upload_url", "root", "new"),
        ("upload", "root", "new"),
    ]


def test_a_file_needs_the_token_of_its_address_and_has_a_limit(api, tmp_path, monkeypatch):
    address = api.ask("POST", "/datasets/upload-url", 201, json={"dataset": "new"})
    place = address["url"].partition("/api/v1")[2]
    api.ask("PUT", place, 404, content=DATA, headers={"X-Upload-Token": "guessed"})
    api.ask("PUT", place, 422, content=DATA)
    key = f"incoming/{address['upload_id']}/upload.json"
    ticket = json.loads(api.store.storage.get(key))
    api.store.storage.put(key, json.dumps({**ticket, "max_bytes": 4}).encode())
    refused = api.ask("PUT", place, 422, content=DATA, headers=address["headers"])
    assert "more than the limit" in refused["message"]
    assert api.store.storage.stat(f"incoming/{address['upload_id']}/data") is None


def test_complete_can_start_the_job_so_that_no_sensor_starts_another(api):
    address = api.ask("POST", "/datasets/upload-url", 201, json={"dataset": "new"})
    place = address["url"].partition("/api/v1")[2]
    api.ask("PUT", place, content=DATA, headers=address["headers"])
    body = {"upload_id": address["upload_id"], "size_bytes": len(DATA), "sha256": SHA}
    body["train"] = {"time_budget_s": 5}
    seen = []

    def launched(params):
        seen.extend(locked_keys(api.store, RunWatch()))
        return StandInDagster._launch(api.dagster, params)

    api.dagster._launch = launched
    done = api.ask("POST", "/datasets/new/complete", json=body)
    assert seen == ["uploads/new/upload.csv"]
    assert done["job"]["dataset"] == "new"
    assert api.dagster.launched[0]["runConfigData"]["ops"]["raw_upload"]["config"] == {
        "time_budget_s": 5.0, "upload": "uploads/new/upload.csv",
    }  # fmt: skip
    assert locked_keys(api.store, RunWatch()) == set()
    # A retry after a time-out, and several at once, get the same answer and start nothing.
    with ThreadPoolExecutor(3) as pool:
        again = pool.map(lambda _: api.ask("POST", "/datasets/new/complete", json=body), range(3))
        assert list(again) == [done] * 3
    assert len(api.dagster.launched) == 1


def test_completing_at_the_same_time_starts_one_job(api):
    address = api.ask("POST", "/datasets/upload-url", 201, json={"dataset": "new"})
    place = address["url"].partition("/api/v1")[2]
    api.ask("PUT", place, content=DATA, headers=address["headers"])
    body = {"upload_id": address["upload_id"], "size_bytes": len(DATA), "sha256": SHA}
    body["train"] = {"time_budget_s": 5}
    with ThreadPoolExecutor(4) as pool:
        answers = [
            *pool.map(lambda _: api.ask("POST", "/datasets/new/complete", json=body), range(4))
        ]
    assert len({answer["job"]["run_id"] for answer in answers}) == 1
    assert len(api.dagster.launched) == 1
    assert len([entry for entry in api.audited() if entry.action == "run"]) == 1


# -- data sets and reports ---------------------------------------------------------------------


def test_datasets_are_listed_in_pages(api):
    answer = api.client.get("/api/v1/datasets", params={"page": 2, "page_size": 1}).json()
    assert [entry["dataset"] for entry in answer["data"]] == ["penguins"]
    assert answer["page"] == {"page": 2, "page_size": 1, "total": 2}
    assert api.ask("GET", "/datasets?page=99") == []


def test_a_dataset(api):
    facts = api.ask("GET", "/datasets/penguins")
    assert facts["summary"]["target"] == "species"
    assert facts["stages"]["eda_report"]["stale"] is None
    assert "no published data set" in api.ask("GET", "/datasets/nothing", 404)["message"]


def test_folders_of_the_server_are_no_part_of_an_answer(api):
    gone = {"code": "NOT_FOUND", "message": f"{api.settings.storage_folder}/raw/1f is gone."}
    attempt = Attempt(run_id="r", started_at=1.0, state="failed", error=gone)
    api.store.save_attempt("penguins", attempt)
    assert api.ask("GET", "/datasets/penguins")["last_attempt"]["error"]["message"] == (
        "raw/1f is gone."
    )


def test_generate_a_report(api):
    job = api.ask("POST", "/eda/penguins/generate", 202, json={})
    (params,) = api.dagster.launched
    made = [key["path"][0] for key in params["selector"]["assetSelection"]]
    assert made == ["raw_upload", "dataset", "schema_deduction", "eda_report"]
    assert job["status"] == "QUEUED"
    assert [(e.action, e.version) for e in api.audited()] == [("run", job["run_id"])]
    api.ask("POST", "/eda/nothing/generate", 404, json={})


def test_reports(api):
    (row,) = api.ask("GET", "/eda/penguins/reports")
    report = api.ask("GET", f"/eda/reports/{row['report']}")
    assert (report["dataset"], report["rows"]) == ("penguins", row["rows"])
    assert report["summary"]
    assert report["html"].startswith("/reports/")
    api.ask("GET", f"/eda/reports/{'0' * 64}", 404)
    other = api.ask("GET", "/datasets/penguins")["stages"]["dataset"]["document"]
    assert "no report" in api.ask("GET", f"/eda/reports/{other}", 404)["message"]


# -- pipelines ---------------------------------------------------------------------------------


def test_pipelines(api):
    rows = {row["dataset"]: row for row in api.ask("GET", "/pipelines")}
    assert rows["penguins"]["target"] == "species"
    facts = api.ask("GET", "/pipelines/penguins")
    assert facts["pipeline"]["target"] == "species"
    assert len(facts["versions"]) == 1


@pytest.mark.parametrize("mode", ["auto", "manual"])
def test_create_a_pipeline(api, mode):
    features = api.ask("GET", "/pipelines/penguins")["pipeline"]["features"]
    given = {"pipeline": {"metric": "log_loss"}} if mode == "manual" else {}
    body = {"dataset": "penguins", "mode": mode, "reason": "test", **given}
    made = api.ask("POST", "/pipelines", 202, json=body)
    assert made["written"] is (mode == "manual")
    (params,) = api.dagster.launched
    assert params["selector"]["assetSelection"][-1] == {"path": ["pipeline"]}
    written = settings_of(api.store, "penguins")
    assert written.pipeline == given.get("pipeline")
    assert written.target == "species"
    assert features
    actions = ["pipeline", "run"] if mode == "manual" else ["run"]
    assert [(e.action, e.reason) for e in api.audited()] == [(name, "test") for name in actions]


def test_an_advised_pipeline_needs_an_advisor(api):
    body = {"dataset": "penguins", "mode": "advised"}
    assert "no advisor" in api.ask("POST", "/pipelines", 422, json=body)["message"]
    body = {"dataset": "penguins", "mode": "auto", "pipeline": {}}
    assert "mode manual" in api.ask("POST", "/pipelines", 422, json=body)["message"]


def test_validate_and_update_a_pipeline(api):
    checked = api.ask("POST", "/pipelines/penguins/validate", json={"pipeline": None})
    assert checked["valid"] is True
    wrong = {"pipeline": {"features": ["nothing"]}}
    for method, path in (("POST", "/pipelines/penguins/validate"), ("PUT", "/pipelines/penguins")):
        error = api.ask(method, path, 422, json=wrong)
        assert error["details"]["problems"]
    for metric in ("log_loss", "accuracy"):  # the second replaces the first
        body = {"pipeline": {"metric": metric}, "reason": "test"}
        assert api.ask("PUT", "/pipelines/penguins", json=body)["comments_kept"]
    assert settings_of(api.store, "penguins").pipeline == {"metric": "accuracy"}
    assert [e.after["pipeline"]["metric"] for e in api.audited()] == ["log_loss", "accuracy"]


# -- training ----------------------------------------------------------------------------------


def test_create_a_job(api):
    body = {"dataset": "penguins", "target": "sex", "time_budget_s": 5, "upload": "penguins.csv"}
    job = api.ask("POST", "/training/jobs", 202, json=body)
    (params,) = api.dagster.launched
    assert params["runConfigData"]["ops"]["raw_upload"]["config"] == {
        "target": "sex", "time_budget_s": 5.0, "upload": "uploads/penguins/penguins.csv",
    }  # fmt: skip
    tags = {tag["key"]: tag["value"] for tag in params["executionMetadata"]["tags"]}
    (file,) = (u for u in uploads_of(api.store, "penguins") if not u.is_settings)
    assert tags["pipeweave/upload_version"] == file.version
    assert tags["pipeweave/reason"] == "requested by root"
    assert [(e.action, e.version) for e in api.audited()] == [("run", job["run_id"])]
    body["upload"] = "../../raw/x"
    refused = api.ask("POST", "/training/jobs", 404, json=body)
    assert "does not have the upload" in refused["message"]


def test_a_job_for_a_target_that_is_no_column_is_not_started(api):
    body = {"dataset": "penguins", "target": "nope"}
    refused = api.ask("POST", "/training/jobs", 422, json=body)
    assert "'nope' is not a column" in refused["message"]
    assert "species" in refused["details"]["columns"]
    assert api.dagster.launched == api.audited() == []


def test_jobs_and_their_results(api):
    ended = next(iter(api.store.manifests("penguins")))
    api.dagster.runs[ended] = api.dagster.runs[api.dagster.add()] | {"runId": ended}
    failed = api.dagster.add("FAILURE")
    api.dagster.events[failed] = [event("RunFailureEvent", "NOT_FOUND: It is gone.")]
    api.dagster.add(dataset="private")
    jobs = api.ask("GET", "/training/jobs?dataset=penguins&limit=2")
    assert jobs[0]["run_id"] == failed
    assert api.ask("GET", f"/training/jobs/{failed}")["error"]["code"] == "NOT_FOUND"
    facts = api.ask("GET", f"/training/jobs/{ended}")
    assert facts["finished"]
    assert facts["error"] is None
    assert facts["result"]["dataset"] == "penguins"
    other = {"x-test": "ann viewer"}
    seen = api.ask("GET", "/training/jobs", headers=other)
    assert "private" not in {job["dataset"] for job in seen}
    api.ask("GET", "/training/jobs/" + "0" * 36, 404)


def test_logs_are_a_stream(api):
    job = api.dagster.add()
    api.dagster.events[job] = [event("LogMessageEvent", f"line {n} é") for n in range(5)]
    for path in ("logs", "logs?follow=true"):
        answer = api.client.get(f"/api/v1/training/jobs/{job}/{path}")
        assert answer.headers["content-type"].startswith("application/x-ndjson")
        lines = [json.loads(line) for line in answer.text.splitlines()]
        assert [line["message"] for line in lines] == [f"line {n} é" for n in range(5)]
        assert lines[0]["time"] == pytest.approx(1_700_000_000.123)


def test_an_error_within_a_stream_is_its_last_line(api, monkeypatch):
    job = api.dagster.add("STARTED")
    api.dagster.events[job] = [event("LogMessageEvent", "first")]
    found = api.dagster._events

    def once(variables):
        api.dagster.away = unavailable("Dagster is away.")
        return found(variables)

    monkeypatch.setattr(api.dagster, "_events", once)
    lines = api.client.get(f"/api/v1/training/jobs/{job}/logs?follow=true").text.splitlines()
    assert json.loads(lines[-1])["code"] == "SERVICE_UNAVAILABLE"


def test_cancel_a_job(api):
    job, ended = api.dagster.add("STARTED"), api.dagster.add()
    assert api.ask("POST", f"/training/jobs/{job}/cancel", 202, json={})["status"] == "CANCELING"
    assert api.ask("POST", f"/training/jobs/{ended}/cancel", 202, json={})["status"] == "SUCCESS"
    assert [(e.action, e.version, e.before) for e in api.audited()] == [("cancel", job, "STARTED")]


# -- experiments and models --------------------------------------------------------------------


def test_experiments(api):
    rows = {row["dataset"]: row for row in api.ask("GET", "/experiments")}
    assert rows["demo"]["trainings"] == 2
    facts = api.ask("GET", "/experiments/demo?last=1")
    assert [t["version"] for t in facts["trainings"]] == ["2"]
    assert facts["trainings"][0]["trials"]


def test_models(api, monkeypatch):
    rows = {row["dataset"]: row for row in api.ask("GET", "/models")}
    assert (rows["demo"]["version"], rows["demo"]["challenger"]["version"]) == ("1", "2")
    assert api.ask("GET", "/models/demo")["link"]["model_version"] == "1"
    history = api.ask("GET", "/models/demo/history")
    assert [row["version"] for row in history["versions"]] == ["1", "2"]


def test_promote_and_roll_back(api, monkeypatch):
    lost = api.ask("POST", "/models/demo/promote", 404, json={"version": "2"})
    assert "MLflow has no such version" in lost["message"]
    check = GateCheck(name="evaluation", passed=False, message="no better")
    gate = Gate(decision=type("Promotion", (), {"alias": "challenger"})(), checks=[check])
    given = []

    def promoted(_bench, dataset, version, reason, *, force):
        given.append((dataset, version, reason, force))
        return gate

    monkeypatch.setattr(models, "promote_version", promoted)
    monkeypatch.setattr(models, "roll_back", lambda _bench, _dataset, _reason: RolledBack("1", {}))
    body = {"version": "2", "force": True, "reason": "because"}
    done = api.ask("POST", "/models/demo/promote", json=body)
    assert (done["champion"], done["forced"], given) == (
        "2",
        True,
        [("demo", "2", "because", True)],
    )
    assert api.ask("POST", "/models/demo/rollback", json={"reason": "oh"})["champion"] == "1"


def test_a_refused_promotion_names_fields_and_no_options(api, monkeypatch):
    def refused(*_, **__):
        raise validation_error("No better.", fix="Add --force --reason.", failed=["evaluation"])

    monkeypatch.setattr(models, "promote_version", refused)
    error = api.ask("POST", "/models/demo/promote", 422, json={"version": "2"})
    assert "`force`: true with a `reason`" in error["message"]
    assert "--" not in error["message"]
    assert error["details"]["failed"] == ["evaluation"]
    body = {"version": "2", "force": True, "reason": " "}
    assert "needs a `reason`" in api.ask("POST", "/models/demo/promote", 422, json=body)["message"]


# -- predictions, dashboards, scheduler --------------------------------------------------------


def test_predict_rows(api, monkeypatch):
    answer = {"dataset": "penguins", "model_version": "1", "predictions": [{}], "notes": []}
    monkeypatch.setattr(predictions, "score_rows", lambda *_, **__: answer)
    body = {"rows": [{"island": "Dream", "body_mass_g": 3700, "sex": None}]}
    assert api.ask("POST", "/predictions/penguins", json=body) == answer
    for rows in ([], [{"a": [1]}], [{"a": 1}] * 1001, [{"a" * 501: 1}]):
        api.ask("POST", "/predictions/penguins", 422, json={"rows": rows})


def test_batches_and_their_predictions(api):
    from pipeweave_dagster.core.documents import BatchRecord
    from pipeweave_dagster.services.batch_history import change_history, with_batch

    record = BatchRecord(
        batch="batch-csv", model_version="1", scored_at=1.0, rows=2, data_sha256="0",
        predictions_key="predictions/penguins/batch-csv/1.parquet",
    )  # fmt: skip
    change_history(api.store, "penguins", lambda h: with_batch(h, record))
    answer = api.client.get("/api/v1/predictions/penguins").json()
    assert [b["batch"] for b in answer["data"]["batches"]] == ["batch-csv"]
    assert answer["page"]["total"] == 1
    file = api.client.get("/api/v1/predictions/penguins/batch-csv/file")
    assert file.content == api.store.storage.get("predictions/penguins/batch-csv/1.csv")
    assert "penguins-batch-csv-1.csv" in file.headers["content-disposition"]
    parquet = api.client.get("/api/v1/predictions/penguins/batch-csv/file?format=parquet")
    assert parquet.content.startswith(b"PAR1")
    api.ask("GET", "/predictions/penguins/nothing/file", 404)
    viewer = {"x-test": "ann viewer"}
    api.ask("GET", "/predictions/penguins/batch-csv/file", 403, headers=viewer)


def test_dashboards(api):
    totals = api.ask("GET", "/dashboards")
    assert (totals["datasets"], totals["champions"]) == (2, 2)
    facts = api.ask("GET", "/dashboards/penguins?last=5")
    assert facts["dataset"] == "penguins"
    assert facts["batches"] == []


def test_scheduler(api):
    found = api.ask("GET", "/scheduler")
    kinds = {part["name"]: (part["kind"], part["running"]) for part in found["automation"]}
    assert kinds == {"retrain_due": ("schedule", True), "uploads": ("sensor", False)}
    assert {row["dataset"] for row in found["retraining"]} == {"demo", "penguins"}
    body = {"enabled": False, "reason": "noise"}
    assert api.ask("PUT", "/scheduler/penguins", json=body)["enabled"] is False
    assert settings_of(api.store, "penguins").retrain.enabled is False
    assert [(e.action, e.after) for e in api.audited()] == [
        ("schedule", {"retrain": {"enabled": False}})
    ]


def test_dagster_away_is_unavailable_and_nothing_is_recorded(api):
    api.dagster.away = unavailable("Dagster is away.", fix="Start it.")
    body = {"dataset": "penguins"}
    assert api.ask("POST", "/training/jobs", 503, json=body)["code"] == "SERVICE_UNAVAILABLE"
    api.dagster.away = validation_error("odd")
    api.ask("GET", "/scheduler", 422)
    assert api.audited() == []
