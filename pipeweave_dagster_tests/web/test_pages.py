"""The pages show what is stored, escape all of it, and serve nothing else."""

import base64
import json
import time
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from pipeweave_dagster.adapters.logs import correlation
from pipeweave_dagster.adapters.state import Attempt, DocumentStore, Entry, Head
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.documents import (
    BatchRecord,
    ClassScores,
    ColumnDrift,
    Comparison,
    DatasetSettings,
    DriftReport,
    Estimate,
    Findings,
    Payload,
    PipelineSpec,
    Plot,
    PredictionBatch,
    Rate,
    SplitSpec,
)
from pipeweave_dagster.core.eda import build_report
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster.services.alias_history import Cause
from pipeweave_dagster.services.batch_history import change_history
from pipeweave_dagster.services.champion import set_alias
from pipeweave_dagster.services.model_aliases import record_aliases
from pipeweave_dagster.services.overview import entry_of
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web import create_app, handlers, listing, paging
from pipeweave_dagster.web.pages import prose
from pipeweave_dagster_tests.factories import make_dataset
from pipeweave_dagster_tests.factories.registry import Registry, readable_twin, register

with warnings.catch_warnings():  # it still works with httpx, which newer releases deprecate
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

HOSTILE = "<script>alert(1)</script>"


def year_batch(month, labelled):
    score = Estimate(value=0.81, low=0.8, high=0.82)
    return BatchRecord(
        batch=f"batch-{month:02}",
        model_version="1",
        scored_at=1.7e9 + month * 2.6e6,
        rows=500,
        predictions_key="predictions/demo/b/1.parquet",
        data_sha256="0",
        drift=[ColumnDrift(name=HOSTILE, score=0.3, threshold=0.1, drifted=True)],
        metric="roc_auc",
        estimated={"roc_auc": Estimate(value=0.8, low=0.7, high=0.9)},
        measured={"roc_auc": score} if labelled else {},
        labelled=400 if labelled else 0,
    )


@pytest.fixture
def store(home, tmp_path) -> DocumentStore:
    settings = Settings()
    return DocumentStore(open_storage(settings), settings.cache_folder)


@pytest.fixture
def client(store):
    app = create_app(store, Settings())
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


def put(store, tmp_path, dataset="demo", error=None, target=None, columns=None, goal="y"):
    """A data set with its report and findings as HEAD."""
    folder = tmp_path / dataset
    folder.mkdir()
    case = make_dataset(folder, columns or {HOSTILE: [1, 2] * 50, "y": ["a", "b"] * 50}, goal)
    told = case.schema.target.model_copy(update=target or {})
    schema = case.schema.model_copy(update={"target": told})
    report = build_report(dataset, case.snapshot, case.schema, case.data, folder)
    store.save_payloads(report, folder)
    findings = inspect(case.snapshot, schema, case.data, DatasetSettings())
    parts = {"dataset": case.snapshot, "schema_deduction": schema}
    parts |= {"eda_report": report, "findings": findings}
    entries = {
        name: Entry(document=store.save(part), key="k", run_id="r1", made_at=time.time())
        for name, part in parts.items()
    }
    head = Head(dataset=dataset, run_id="r1", moved_at=time.time(), entries=entries)
    store.storage.put(f"datasets/{dataset}/HEAD.json", head.model_dump_json().encode())
    state = "failed" if error else "succeeded"
    store.save_attempt(dataset, Attempt(run_id="r1", started_at=1.0, state=state, error=error))
    return report


def test_an_empty_workbench_says_how_to_begin(client):
    page = client.get("/")
    assert page.status_code == 200
    assert "pipeweave run FILE" in page.text


def test_the_list_and_the_page_lead_to_the_report(client, store, tmp_path):
    report = put(store, tmp_path)
    assert 'href="/datasets/demo"' in client.get("/").text
    page = client.get("/datasets/demo").text
    link = f"/reports/{report.html.sha256}/report.html"
    assert link in page
    answer = client.get(link)
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_data_set_without_a_target_is_shown_as_ready_not_as_failed(client, store, tmp_path):
    offered = [HOSTILE, "b"]
    put(store, tmp_path, target={"name": None, "task": None, "source": "none",
                                 "candidates": offered})  # fmt: skip
    put(store, tmp_path, "unwanted", target={"name": None, "task": None, "source": "settings"})
    listed = client.get("/").text
    assert '<span class="badge">waiting for a target</span>' in listed
    assert '<span class="badge">no target wanted</span>' in listed
    page = client.get("/datasets/demo").text
    assert "Data set ready, waiting for a target." in page
    assert "Candidates: &lt;script&gt;" in page
    assert HOSTILE not in page
    assert 'class="alarm"' not in page
    assert "No target is wanted (target: none)" in client.get("/datasets/unwanted").text


@pytest.fixture
def promoted(store):
    """Version 1 is champion, version 2 was trained afterwards and is challenger."""
    register(store, "1", 0.8)
    register(store, "2", 0.6, "challenger")
    registry = Registry(store)
    set_alias(registry, "demo", "1", "champion")
    set_alias(registry, "demo", "2", "challenger")
    return registry


def test_the_page_shows_the_champion_and_the_challenger_beside_it(client, promoted):
    page = client.get("/datasets/demo").text
    assert '<p class="big">model 1</p>' in page
    assert "version 1: roc_auc 0.8" in page
    assert '<span class="badge">challenger</span> version 2, model 2: roc_auc 0.6' in page
    assert "Reason of version 2." in page
    assert "the champion, version 1, was trained with another" in page


def test_the_page_shows_who_moved_an_alias_and_why(client, promoted):
    cause = Cause(how="promote", by=HOSTILE, reason=HOSTILE, forced=True)
    set_alias(promoted, "demo", "2", "champion", cause)
    page = client.get("/datasets/demo").text
    assert "Moves of aliases" in page
    assert "Forced: &lt;script&gt;" in page
    assert HOSTILE not in page
    set_alias(promoted, "demo", "1", "champion", Cause(how="rollback", run_id="r2", reason="It."))
    page = client.get("/datasets/demo").text
    assert "champion rolled back from version 2 to version 1 by run r2" in page
    assert "champion moved from version 1 to version 2" in page


def test_list_and_page_follow_a_promotion_and_a_rollback(client, promoted):
    assert "version 2: roc_auc 0.6" in client.get("/").text
    set_alias(promoted, "demo", "2", "champion")
    listed = client.get("/").text
    assert "model 2" in listed
    assert "version 2: roc_auc 0.6" not in listed
    assert '<p class="big">model 2</p>' in client.get("/datasets/demo").text
    set_alias(promoted, "demo", "1", "champion")
    assert "model 1" in client.get("/").text
    assert '<p class="big">model 1</p>' in client.get("/datasets/demo").text


def test_a_target_is_shown_beside_the_model_that_predicts_it(client, store, tmp_path, promoted):
    kept = store.head("demo").entries
    put(store, tmp_path, columns={"y": [1.5, 2] * 50, "gender": ["f", "m"] * 50}, goal="gender")
    head = store.head("demo")
    both = head.model_copy(update={"entries": {**head.entries, **kept}})
    store.storage.put("datasets/demo/HEAD.json", both.model_dump_json().encode())
    assert '<td class="label" data-name="Target"><bdi>y</bdi>' in client.get("/").text
    page = client.get("/datasets/demo").text
    assert "target <bdi>y</bdi> (binary); target of the current schema: <bdi>gender</bdi>" in page
    assert "; predicts <bdi>y</bdi>" in page


def test_the_readable_twin_is_shown_with_its_effects_and_its_command(client, store):
    drawn = Plot(name="readable_x", caption="What x adds <b>", svg="<svg></svg>")
    registry = Registry(store)
    twin = readable_twin(low=0.77, high=0.85)
    longer = {"budget_s": 20.0, "extended_to_s": 40.0, "processor_share": 0.45}
    register(store, "2", 0.811, readable=twin, plots=[drawn], resampled="groups", of_model=longer)
    set_alias(registry, "demo", "2", "champion")
    page = client.get("/datasets/demo").text
    assert "The two do not differ significantly on the same 200 test rows." in page
    assert "come from resampling the 20 test rows, in whole groups (bootstrap)." in page
    assert "The intervals of the scores come from resampling these 200 test rows, in whole" in page
    beside = '<td class="label">Model</td><td class="n">0.811 <span class="soft">[0.711, 0.911]'
    assert beside in page
    assert "The budget was extended from 20 s to 40 s, because other programs" in page
    assert "pipeweave models promote demo --readable" in page
    assert "Effects that the readable twin adds up" in page
    assert "&lt;i&gt;notes" in page
    assert "What x adds &lt;b&gt;" in page


def test_a_comparison_names_the_champion_of_its_time(client, store):
    verdict = Comparison(
        other="champion, version 1", rows=20, difference=0.1, low=0.0, high=0.2, verdict="better"
    )
    register(store, "2", 0.8, comparison=verdict)
    page = client.get("/datasets/demo").text
    assert "Compared with version 1, the champion at that time, on 20 shared test rows" in page


def test_the_page_names_the_newest_model_after_a_rollback(client, store):
    registry = Registry(store)
    for version, score in (("1", 0.8), ("2", 0.9)):
        register(store, version, score)
        set_alias(registry, "demo", version, "champion")
    set_alias(registry, "demo", "1", "champion")
    page = client.get("/datasets/demo").text
    assert '<p class="big">model 1</p>' in page
    assert '<span class="badge">newest</span> version 2, model 2: roc_auc 0.9' in page


@pytest.mark.parametrize("role", ["previous", "last trained"])
def test_a_model_with_a_later_version_is_not_called_the_newest(client, store, role):
    """A promoted twin is a version of its own, made without a training."""
    register(store, "2", 0.9)
    register(store, "1", 0.8)  # HEAD
    record_aliases(store, "demo", {"champion": "2"} | ({"previous": "1"} if role[0] == "p" else {}))
    page = client.get("/datasets/demo").text
    assert f'<span class="badge">{role}</span> version 1, model 1: roc_auc 0.8' in page
    assert ">newest<" not in page


def test_the_page_says_what_became_of_the_wish_for_one_model_to_serve(client, store):
    note = "For serving, `a<b>` alone replaces an ensemble of 2."
    register(store, "1", 0.8, of_model={"notes": ["Other."], "serving_note": note})
    page = client.get("/datasets/demo").text
    assert "For serving, <code>a&lt;b&gt;</code> alone replaces an ensemble of 2." in page
    assert "Other." not in page


def test_the_page_names_a_class_that_is_never_predicted(client, store):
    often, never = Rate(value=0.9, rows=9), Rate(value=None)
    scores = {"recall": often, "f1": Estimate(value=0.0)}
    classes = [
        ClassScores(label="no", rows=18, precision=often, **scores),
        ClassScores(label="<b>yes", rows=2, precision=never, **scores),
    ]
    register(store, "1", 0.8, by_class=classes)
    page = client.get("/datasets/demo").text
    assert "No test row is predicted as &#39;&lt;b&gt;yes&#39;, although 2 rows are" in page
    assert "Few of the 20 test rows are of &#39;&lt;b&gt;yes&#39; (2)" in page
    assert "<code>pipeweave models threshold demo --false-negative 9</code>" in page


def test_a_model_without_alias_is_said_to_be_not_promoted(client, store):
    register(store, "1", 0.5, "none")
    assert '<span class="badge ">not promoted</span> version 1' in client.get("/datasets/demo").text
    assert "not promoted" in client.get("/").text


def test_the_page_plots_a_year_of_batches_and_says_what_is_late(client, store, tmp_path):
    put(store, tmp_path)
    months = [year_batch(month, labelled=month < 11) for month in range(12)]
    change_history(store, "demo", lambda h: h.model_copy(update={"batches": months}))
    settings = Settings(fresh_predictions_days=30)
    with TestClient(create_app(store, settings), base_url="http://127.0.0.1") as late:
        page = late.get("/datasets/demo").text
    assert page.count("batch-") == 12
    assert "0.81 [0.8, 0.82]" in page
    assert "The last scored batch is" in page
    image = next(part for part in page.split('"') if part.startswith("data:image/svg+xml"))
    dots = base64.b64decode(image.partition(",")[2]).count(b"<circle")
    assert dots == 12 + 11, "a dot for each estimate, and one where labels arrived"
    assert HOSTILE not in page


@pytest.mark.parametrize(("count", "further"), [(1, False), (12, False), (15, True)])
def test_the_page_shows_the_notes_of_the_last_batch(client, store, tmp_path, count, further):
    put(store, tmp_path)
    batch = PredictionBatch(
        batch="monday", rows=20, model_name="pipeweave-demo", model_version="1", data_sha256="0",
        parquet_key="p", csv_key="c", rows_file=Payload(name="r", sha256="0" * 64, size_bytes=1),
        notes=[f"Row {number} {HOSTILE} looks like a total." for number in range(count)],
    )  # fmt: skip
    drift = DriftReport(
        batch="monday", rows=20, method="m", columns=[], verdict="stable", notes=["Only a sample."]
    )
    head = store.head("demo")
    entries = {
        name: Entry(document=store.save(part), key="k", run_id="r1", made_at=1.0)
        for name, part in {"predictions": batch, "drift": drift}.items()
    }
    head = head.model_copy(update={"entries": {**head.entries, **entries}})
    store.storage.put("datasets/demo/HEAD.json", head.model_dump_json().encode())
    page = client.get("/datasets/demo").text
    assert page.count("looks like a total.") == min(count, 12)
    assert ("further notes are in the asset" in page) == further
    assert "Only a sample." in page
    assert HOSTILE not in page


def test_backticks_become_code_and_stay_escaped():
    assert prose("Set `target: <b>` here") == "Set <code>target: &lt;b&gt;</code> here"
    assert prose("an odd ` & one") == "an odd ` &amp; one"


def test_the_list_reads_again_only_what_has_moved(client, store, tmp_path, monkeypatch):
    put(store, tmp_path, "one")
    put(store, tmp_path, "two")
    assert "succeeded" in client.get("/").text
    asked = []
    monkeypatch.setattr(
        listing, "entry_of", lambda store, name: asked.append(name) or entry_of(store, name)
    )
    store.save_attempt("two", Attempt(run_id="r2", started_at=2.0, state="failed"))
    page = client.get("/").text
    assert asked == ["two"]
    assert "failed" in page
    assert "succeeded" in page


def test_many_data_sets_are_listed_on_pages_and_only_those_of_a_page_are_read(
    client, store, monkeypatch
):
    """At 5,000 data sets one view of all would be 15,000 requests to S3."""
    monkeypatch.setattr(paging, "PER_PAGE", 2)
    names = [f"set{number}" for number in range(5)]
    for name in names:
        store.save_attempt(name, Attempt(run_id="r", started_at=1.0, state="failed"))
    asked = []
    monkeypatch.setattr(
        listing, "entry_of", lambda store, name: asked.append(name) or entry_of(store, name)
    )
    page = client.get("/?page=2").text
    assert sorted(asked) == ["set2", "set3"]
    assert "Page 2 of 3; 5 data sets" in page
    assert [name for name in names if f'href="/datasets/{name}"' in page] == ["set2", "set3"]
    assert 'href="/?page=1"' in page
    assert 'href="/?page=3"' in page
    for other in ("0", "x", "-1", "1' OR", "²", "9" * 30):
        assert "Page 1 of 3" in client.get("/", params={"page": other}).text
    last = client.get("/?page=99").text
    assert "Page 3 of 3" in last
    assert "Next" not in last


def test_head_requests_are_answered_without_a_body(client):
    answer = client.head("/")
    assert (answer.status_code, answer.text) == (200, "")


def test_everything_is_escaped_and_no_script_is_allowed(client, store, tmp_path):
    put(store, tmp_path, error={"code": "VALIDATION_ERROR", "message": HOSTILE})
    page = client.get("/datasets/demo")
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "access-control-allow-origin" not in page.headers


def test_the_page_says_why_the_last_run_stopped(client, store, tmp_path):
    put(store, tmp_path, error={"code": "VALIDATION_ERROR", "message": "The file is empty."})
    assert "The file is empty." in client.get("/datasets/demo").text


def test_findings_that_block_are_shown_first(client, store, tmp_path):
    put(store, tmp_path)
    page = client.get("/datasets/demo").text
    assert page.index("Column is a copy of the target") < page.index("There is little data")
    assert "expected:" not in page
    assert Findings.kind == "findings"


def test_a_target_that_nobody_named_is_said_to_be_a_suggestion(client, store, tmp_path):
    put(store, tmp_path, "told")
    assert "suggested" not in client.get("/datasets/told").text
    guess = {"source": "deduced", "confidence": 0.61, "reason": "'y' is last.", "candidates": ["z"]}
    put(store, tmp_path, "guessed", target=guess)
    page = client.get("/datasets/guessed").text
    assert "suggested</span> Target <bdi>y</bdi>, with confidence 0.61. " in page
    assert "&#39;y&#39; is last." in page
    assert "Other candidates: <bdi>z</bdi>" in page


def test_a_refused_run_shows_the_findings_that_stand_against_it(client, store, tmp_path):
    put(store, tmp_path)
    refused = Attempt(run_id="r1", started_at=2.0, state="failed", blocked=["PW204"])
    store.save_attempt("demo", refused)
    assert "stopped by findings</span>" in client.get("/").text
    page = client.get("/datasets/demo").text
    assert "last run stopped: waits for your answers</span>" in page
    assert "No model was trained: 1 finding blocks it." in page
    assert "pipeweave findings demo --accept PW204" in page
    assert "--override PW204" in page


def test_a_missing_target_is_named_and_not_set_aside(client, store, tmp_path):
    columns = {"a": [1, 2] * 50, "b": [3, 4] * 50}
    put(store, tmp_path, "aimless", target={"candidates": ["a", "b"]}, columns=columns, goal=None)
    refused = Attempt(run_id="r1", started_at=2.0, state="failed", blocked=["PW101"])
    store.save_attempt("aimless", refused)
    page = client.get("/datasets/aimless").text
    assert "target: NAME" in page
    assert "Candidates: a, b." in page
    assert "<figcaption>Columns by type.</figcaption>" in page
    assert "--accept" not in page
    assert "--override" not in page


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/datasets/none", 404, "NOT_FOUND"),
        ("/datasets/..%2f..%2fetc", 404, "NOT_FOUND"),
        ("/datasets/A B", 422, "VALIDATION_ERROR"),
        ("/reports/" + "0" * 64 + "/report.html", 404, "NOT_FOUND"),
        ("/reports/" + "0" * 64 + "/..%2f..%2fHEAD.json", 404, "NOT_FOUND"),
        ("/reports/zz/report.html", 404, "NOT_FOUND"),
        ("/nothing", 404, "NOT_FOUND"),
    ],
)
def test_errors_come_in_the_envelope(client, path, status, code):
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_errors_are_pages_for_browsers(client):
    answer = client.get("/datasets/none", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert "NOT_FOUND" in answer.text


def test_payloads_that_are_no_reports_are_not_served(client, store, tmp_path):
    report = put(store, tmp_path)
    store.storage.put(f"payloads/{report.html.sha256}/data.parquet", b"PAR1")
    assert client.get(f"/reports/{report.html.sha256}/data.parquet").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_can_be_changed(client, method):
    answer = getattr(client, method)("/datasets/demo")
    assert answer.status_code == 405
    assert "read-only" in answer.json()["message"]


@pytest.mark.parametrize("host", ["evil.example", "", "127.0.0.1.evil.example"])
def test_foreign_host_names_are_refused(client, host):
    assert client.get("/", headers={"host": host}).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000", "data.example.org"])
def test_own_host_names_are_answered(store, host, monkeypatch):
    monkeypatch.setenv("PIPEWEAVE_WEB_URL", "https://data.example.org/")
    client = TestClient(create_app(store, Settings()), base_url="http://127.0.0.1")
    assert client.get("/alive", headers={"host": host}).status_code == 200


def test_the_name_among_the_services_is_answered(store):
    """`pipeweave doctor` was red in every deployment: it asks http://pages:8000/alive."""
    services = {"pages": "http://pages:8000/alive", "web": "http://web:3000/server_info"}
    client = TestClient(create_app(store, Settings(services=services)))
    assert client.get("/alive", headers={"host": "pages:8000"}).status_code == 200
    assert client.get("/alive", headers={"host": "web:3000"}).status_code == 403


def test_an_unforeseen_error_tells_nothing(client, store, tmp_path, monkeypatch):
    monkeypatch.setattr(store, "datasets", lambda: 1 / 0)
    answer = client.get("/")
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL_ERROR")
    assert "division" not in answer.text


class Neighbour(BaseHTTPRequestHandler):
    """Dagster's web server and MLflow, as far as `/health` asks them."""

    beat = 0.0
    database = True

    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        statuses = [{"required": True, "lastHeartbeatTime": time.time() - type(self).beat}]
        dagster = {
            "instance": {"daemonHealth": {"allDaemonStatuses": statuses}},
            "runsOrError": {"count": 3},
        }
        answer = {"data": dagster} if type(self).database else {"data": None, "errors": ["no"]}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def neighbour(monkeypatch):
    """A server that answers for Dagster and MLflow; ended by the test or after it."""

    class Own(Neighbour):
        pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Own)
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("PIPEWEAVE_DAGSTER_URL", url)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", url)
    server.kind = Own
    yield server
    server.shutdown()
    server.server_close()


def states(client):
    answer = client.get("/health")
    found = {line["name"]: line["state"] for line in answer.json()["services"]}
    return answer, found


def test_health_has_a_line_for_every_part(store, neighbour):
    answer, found = states(TestClient(create_app(store, Settings()), base_url="http://127.0.0.1"))
    parts = ["storage", "web", "database", "queue", "daemon", "mlflow", "disk"]
    assert found == dict.fromkeys(parts, "ok")
    assert answer.status_code == 200
    assert {"version", "uptime_s", "state"} <= set(answer.json())


def test_health_turns_only_the_line_of_a_dead_daemon_red(store, neighbour):
    neighbour.kind.beat = 3600
    answer, found = states(TestClient(create_app(store, Settings()), base_url="http://127.0.0.1"))
    assert answer.status_code == 503
    assert [name for name, state in found.items() if state != "ok"] == ["daemon"]


def test_health_calls_unknown_what_a_dead_database_would_have_to_tell(store, neighbour):
    neighbour.kind.database = False
    _, found = states(TestClient(create_app(store, Settings()), base_url="http://127.0.0.1"))
    assert found["database"] == "red"
    assert found["web"] == "ok"
    assert (found["queue"], found["daemon"]) == ("unknown", "unknown")


def test_health_tells_no_addresses_when_nobody_answers(store, monkeypatch):
    monkeypatch.setenv("PIPEWEAVE_DAGSTER_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")
    answer, found = states(TestClient(create_app(store, Settings()), base_url="http://127.0.0.1"))
    assert [name for name, state in found.items() if state == "red"] == ["web", "mlflow"]
    assert "127.0.0.1" not in answer.text


def test_alive_asks_nobody_else(client):
    assert client.get("/alive").text == "ok"


@pytest.mark.parametrize(
    ("given", "kept"), [("4f1c-77", True), ("x" * 65, False), ('"; drop', False), ("", False)]
)
def test_a_request_keeps_the_proxys_id_in_the_logs(store, given, kept, monkeypatch):
    seen = []
    monkeypatch.setattr(store, "datasets", lambda: seen.append(correlation.get()) or ())
    client = TestClient(create_app(store, Settings()), base_url="http://127.0.0.1")
    client.get("/", headers={"x-request-id": given})
    assert (seen[0] == given) is kept
    assert seen[0]


def test_the_page_says_why_a_column_is_not_used(client, store, tmp_path):
    put(store, tmp_path, columns={"x": list(range(100)), "id": [f"r{i}" for i in range(100)]})
    spec = PipelineSpec(
        source="rules",
        target="x",
        task="regression",
        metric="rmse",
        features=["x"],
        steps=[],
        split=SplitSpec(),
        dropped={"id": f"PW502: 'id' identifies the row {HOSTILE}"},
    )
    head = store.require_head("demo")
    entry = Entry(document=store.save(spec), key="k", run_id="r1", made_at=1.0)
    moved = head.model_copy(update={"entries": {**head.entries, "pipeline": entry}})
    store.storage.put("datasets/demo/HEAD.json", moved.model_dump_json().encode())
    page = client.get("/datasets/demo").text
    assert "Unused columns" in page
    assert "PW502: &#39;id&#39; identifies the row" in page
    assert HOSTILE not in page


def test_the_overview_shows_sums_and_what_needs_attention_first(
    client, store, tmp_path, monkeypatch
):
    assert "No data sets yet" in client.get("/overview").text
    put(store, tmp_path, "fine")
    put(store, tmp_path, "broken", error={"message": HOSTILE})
    register(store, "1", 0.8)
    store.save_attempt("demo", Attempt(run_id="r1", started_at=1.0, state="succeeded"))
    page = client.get("/overview").text
    assert page.index('href="/datasets/broken"') < page.index('href="/datasets/demo"')
    assert "By the share of the way from the baseline" in page
    assert "60%" in page, "0.8 is so far from 0.5 to 1"
    assert HOSTILE not in page
    assert 'href="/overview"' in client.get("/").text
    monkeypatch.setattr(handlers, "MOST_ROWS", 2)
    assert "And 1 more" in client.get("/overview").text
