"""What no route sees: other sites, other types, too much, too often, and people without a role."""

import json

import pytest

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.web.api.places import Places
from pipeweave_dagster.web.api.plain_json import check_json
from pipeweave_dagster.web.api.request_rate import RequestRate
from pipeweave_dagster_tests.web.api.conftest import copied_api, make_api

CHANGING = [
    ("POST", "/datasets/upload-url", {"dataset": "penguins"}, "editor"),
    ("POST", "/datasets/penguins/complete",
     {"upload_id": "0" * 32, "size_bytes": 1, "sha256": "0" * 64}, "editor"),
    ("POST", "/eda/penguins/generate", {}, "editor"),
    ("POST", "/findings/penguins/answers",
     {"answers": [{"do": "accept", "code": "PW204"}]}, "editor"),
    ("POST", "/findings/penguins/undo", {"answer_id": "1.0"}, "editor"),
    ("POST", "/pipelines", {"dataset": "penguins"}, "editor"),
    ("PUT", "/pipelines/penguins", {"pipeline": {}}, "editor"),
    ("POST", "/training/jobs", {"dataset": "penguins"}, "editor"),
    ("POST", "/models/penguins/promote", {"version": "1"}, "approver"),
    ("POST", "/models/penguins/rollback", {}, "approver"),
    ("PUT", "/scheduler/penguins", {"enabled": True}, "approver"),
]  # fmt: skip
BELOW = {"editor": "viewer", "approver": "editor"}


@pytest.fixture(scope="module")
def gated(stored_home, tmp_path_factory):
    """One API for all tests that are refused; it has the storage of nobody else."""
    return copied_api(stored_home, tmp_path_factory.mktemp("gate"))


@pytest.fixture
def api(gated):
    yield gated
    gated.dagster.launched.clear()
    for stored in list(gated.store.storage.list("audit/")):
        gated.store.storage.delete(stored.key)


def operations(api):
    """Every operation of the schema, with a path that could exist."""
    schema = api.client.get("/api/v1/openapi.json").json()
    values = {"upload_id": "0" * 32, "report": "0" * 64, "job_id": "0" * 36, "batch": "b"}
    for path, methods in schema["paths"].items():
        yield from ((m.upper(), path.format(dataset="penguins", **values)) for m in methods)


def test_every_changing_operation_has_its_role_listed(api):
    for_viewers = {("POST", "/pipelines/penguins/validate"), ("POST", "/predictions/penguins")}
    elsewhere = {("POST", f"/training/jobs/{'0' * 36}/cancel"), ("PUT", f"/uploads/{'0' * 32}")}
    changing = {(method, path) for method, path in operations(api) if method != "GET"}
    listed = {(method, path) for method, path, _, _ in CHANGING}
    assert changing == listed | for_viewers | elsewhere


def test_nobody_gets_nothing_but_health_and_upload_addresses(api):
    bodies = {(method, path): body for method, path, body, _ in CHANGING}
    nobody = {"x-test": "nobody admin", "x-upload-token": "guessed"}
    open_to_all = set()
    for method, path in operations(api):
        body = bodies.get((method, path), {"rows": [{"a": 1}]} if "predictions" in path else {})
        more = {} if method == "GET" else {"json": body}
        answer = api.client.request(method, f"/api/v1{path}", headers=nobody, **more)
        if answer.status_code == 401:
            assert answer.headers["www-authenticate"] == "Bearer"
        else:
            open_to_all.add(path.split("/")[1])
    assert open_to_all == {"health", "uploads"}
    assert api.dagster.launched == []


@pytest.mark.parametrize(("method", "path", "body", "role"), CHANGING)
def test_a_lower_role_is_refused(api, method, path, body, role):
    headers = {"x-test": f"ann {BELOW[role]}"}
    error = api.ask(method, path, 403, json=body, headers=headers)
    assert error["details"]["needed"] == role
    assert api.dagster.launched == api.audited() == []


def test_force_needs_the_right_to_override(api):
    job = api.dagster.add("STARTED")
    api.ask("POST", f"/training/jobs/{job}/cancel", 403, json={}, headers={"x-test": "a viewer"})
    assert api.dagster.runs[job]["status"] == "STARTED"


def test_private_data_sets_do_not_exist_for_others(api):
    api.store.storage.put("uploads/private/x.csv", b"a\n1\n")
    job = api.dagster.add(dataset="private")
    other = {"x-test": "ann editor"}
    for method, path, body in (
        ("POST", "/training/jobs", {"dataset": "private"}),
        ("POST", "/pipelines", {"dataset": "private"}),
        ("POST", "/datasets/upload-url", {"dataset": "private"}),
        ("GET", "/datasets/private", None),
        ("GET", f"/training/jobs/{job}", None),
        ("GET", f"/training/jobs/{job}/logs", None),
    ):
        api.ask(method, path, 404, headers=other, **({"json": body} if body else {}))
    api.ask(
        "POST", "/training/jobs", 202, json={"dataset": "private"}, headers={"x-test": "bob editor"}
    )


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        ({"origin": "https://evil.example"}, "{}"),
        ({"origin": "null"}, "{}"),
        ({"sec-fetch-site": "cross-site"}, "{}"),
        ({"sec-fetch-site": "same-site"}, "{}"),
        ({"host": "rebound.example"}, "{}"),
    ],
)
def test_requests_of_other_sites_are_refused(api, headers, content):
    headers["content-type"] = "application/json"
    path = "/eda/penguins/generate"
    assert api.ask("POST", path, 403, content=content, headers=headers)["code"] == "FORBIDDEN"
    assert api.dagster.launched == []


def test_requests_of_the_own_site_pass(api):
    own = {"origin": "http://127.0.0.1", "sec-fetch-site": "same-origin"}
    api.ask("POST", "/eda/penguins/generate", 202, json={}, headers=own)


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""],
)
def test_a_form_of_any_site_cannot_be_taken_for_json(api, kind):
    error = api.ask(
        "POST", "/eda/penguins/generate", 422, content="{}", headers={"content-type": kind}
    )
    assert "Content-Type: application/json" in error["message"]
    assert api.dagster.launched == []


HOSTILE = [
    b"", b"{", b"[" * 100_000, b'{"a":' * 60 + b"1" + b"}" * 60, b'{"a": NaN}', b"\xff",
    b'{"a": Infinity}', b'{"a": 1e999}', b'{"a": "\\ud800"}', b'{"\\udfff": 1}',
    b'{"a": 1' + b"0" * 30 + b"}", b'{"a": ' + b"9" * 5000 + b"}", b" " * (1 << 20) + b"{}",
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_bodies_are_refused(api, number):
    headers = {"content-type": "application/json"}
    for method, path in (("POST", "/pipelines/penguins/validate"), ("PUT", "/pipelines/penguins")):
        error = api.ask(method, path, 422, content=HOSTILE[number], headers=headers)
        assert error["code"] == "VALIDATION_ERROR"


def test_plain_json_passes():
    deep = {"a": 1}
    for _ in range(22):
        deep = {"a": [deep]} if _ % 2 else {"a": deep}
    with pytest.raises(PipeWeaveError, match="levels"):
        check_json(json.dumps(deep).encode())
    check_json(
        json.dumps({"a": [1, -1.5, None, True, "é\u0000😀"], "b": {"c": 2**63 - 1}}).encode()
    )


@pytest.mark.parametrize("body", [{}, {"dataset": "../x"}, {"dataset": "a" * 64}, {"x": 1}])
def test_what_does_not_fit_the_schema_is_named(api, body):
    error = api.ask("POST", "/training/jobs", 422, json=body)
    assert "body.dataset" in error["message"]


def test_paths_and_methods_that_do_not_exist(api):
    for path in ("/nothing", "/datasets/", "/../../etc/passwd", "/datasets/%2e%2e%2fx"):
        assert api.client.get(f"/api/v1{path}").status_code in {404, 422}
    answer = api.client.delete("/api/v1/datasets", headers={"content-type": "application/json"})
    assert answer.status_code == 422  # a body is missing
    answer = api.client.request("DELETE", "/api/v1/datasets", json={})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


def test_a_bug_is_an_envelope_without_its_text(api, monkeypatch):
    def broken(*_):
        raise RuntimeError("a secret")

    monkeypatch.setattr(api.dagster, "_automation", broken)
    error = api.ask("GET", "/scheduler", 500)
    assert error["code"] == "INTERNAL_ERROR"
    assert "secret" not in json.dumps(error)


def test_too_many_requests_are_refused_by_user(tmp_path):
    api = make_api(tmp_path / "home", api_requests_per_minute=2)
    for _ in range(2):
        api.ask("GET", "/datasets", headers={"x-test": "ann viewer"})
    error = api.ask("GET", "/datasets", 429, headers={"x-test": "ann viewer"})
    assert error["code"] == "RATE_LIMITED"
    answer = api.client.get("/api/v1/datasets", headers={"x-test": "ann viewer"})
    assert 1 <= int(answer.headers["retry-after"]) <= 30
    api.ask("GET", "/datasets", headers={"x-test": "bob viewer"})
    api.ask("GET", "/datasets", 401, headers={"x-test": "nobody viewer"})


def test_the_rate_recovers_with_time():
    now = [0.0]
    rate = RequestRate(60, lambda: now[0])
    assert [rate.wait_s("ann") for _ in range(60)] == [0] * 60
    assert rate.wait_s("ann") == 1
    now[0] = 1.0
    assert [rate.wait_s("ann"), rate.wait_s("ann")] == [0, 1]
    for number in range(10_001):
        rate.wait_s(f"user {number}")
    assert len(rate._buckets) == 10_000


def test_the_reference_is_a_page_without_scripts(api):
    page = api.client.get("/api/v1/docs").text
    assert "<script" not in page
    assert "/api/v1/training/jobs/{job_id}/cancel" in page
    assert "curl -X POST" in page
    assert "http://" not in page.replace("http://127.0.0.1", "")


def test_many_streams_and_many_who_wait_are_refused_at_once(api, monkeypatch):
    job = api.dagster.add()
    shared = api.app.routes[0].app.state.shared
    monkeypatch.setattr(shared.streams, "_free", 0)
    assert api.ask("GET", f"/training/jobs/{job}/logs", 429)["details"]["retry_after_s"] == 5
    monkeypatch.setattr(shared.waiting, "_free", 0)
    api.ask("GET", "/models/demo", 429)


def test_places_are_given_back():
    places = Places(1)
    for _ in range(2):
        with places.taken(), pytest.raises(PipeWeaveError, match="under way"):
            places.require()
    places.require()
