"""What docker-compose.yml starts works for a team; `prove.py` also stops each part.

The tests stand in the order in which a team would meet them, on one started stack.
"""

import contextlib
import io
import ipaddress
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from pipeweave_dagster_tests.deploy.colleague import (
    ADA,
    EVE,
    OF_ADMINS,
    OF_STRANGERS,
    OF_VIEWERS,
    Colleague,
    users,
)
from pipeweave_dagster_tests.deploy.look import look_with
from pipeweave_dagster_tests.deploy.processes import family
from pipeweave_dagster_tests.deploy.stack import Stack
from pipeweave_dagster_tests.deploy.team import (
    DAGSTER,
    DATASET,
    MLFLOW,
    MODEL,
    PAGES,
    READ_ONLY,
    S3,
    Team,
)

pytestmark = [
    pytest.mark.server,
    pytest.mark.slow,
    pytest.mark.xdist_group("stack"),
    pytest.mark.timeout(600),
]
_SELECTOR = '{repositoryName: "r", repositoryLocationName: "l", pipelineName: "p"}'
_MUTATIONS = [
    f"launchRun(executionParams: {{selector: {_SELECTOR}}})",
    'deletePipelineRun(runId: "x")',
    'terminateRun(runId: "x")',
    'reloadRepositoryLocation(repositoryLocationName: "pipeweave")',
]


def test_every_part_is_well(team: Team) -> None:
    code, parts = team.doctor()
    unwell = {name: state for name, (state, _) in parts.items() if state != "ok"}
    assert unwell == dict.fromkeys(("alerts", "advice", "models"), "off"), "none is configured"
    assert code == 0
    assert set(parts) == {
        "version", "database", "storage", "mlflow", "code", "queue", "daemon", "web",
        "web-readonly", "pages", "proxy", "disk", "alerts", "advice", "models",
    }  # fmt: skip
    assert set(team.health().values()) == {"ok"}


def test_the_names_of_the_services_are_those_of_the_deployment(stack: Stack) -> None:
    """With addresses instead, the pages refused `Host: pages:8000`, and only a real one saw it."""
    if not stack.place.names:
        pytest.skip("this machine allows no mount namespaces")
    environment = stack.place.environment(stack.services["code"])
    assert "http://pages:8000/alive" in environment["PIPEWEAVE_SERVICES"]
    assert "@postgres:5432/" in environment["DATABASE_URL"]


def test_an_upload_with_a_signed_address_becomes_a_champion(
    team: Team, champion: dict[str, Any]
) -> None:
    assert champion["name"] == MODEL
    assert team.runs()[0]["status"] == "SUCCESS"
    page = team.viewer.get(f"{team.stack.url(PAGES)}/datasets/{DATASET}")
    assert "Data report" in page.text


@pytest.mark.parametrize("port", [DAGSTER, READ_ONLY, MLFLOW, PAGES])
def test_nobody_is_let_in_without_a_password(team: Team, port: int) -> None:
    for path in ("/", "/graphql", "/api/2.0/mlflow/experiments/create", "/server_info", "/health"):
        url = team.stack.url(port) + path
        assert team.stranger.get(url).status_code == 401
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert team.stranger.request(method, url).status_code in {401, 405}
    assert team.stranger.get(team.stack.url(port), auth=("admin", "x" * 32)).status_code == 401
    page = team.stranger.get(team.stack.url(port) + "/x", headers={"accept": "text/html"})
    assert (page.status_code, "/login?next=" in page.headers["location"]) == (303, True)


@pytest.mark.parametrize("port", [DAGSTER, MLFLOW])
def test_a_viewer_is_no_admin(team: Team, port: int) -> None:
    assert team.viewer.get(team.stack.url(port)).status_code == 403


def test_a_viewer_cannot_change_anything_in_dagster(team: Team) -> None:
    for mutation in _MUTATIONS:
        query = f"mutation {{ told: {mutation} {{ __typename }} }}"
        answer = team.graphql(team.viewer, READ_ONLY, query).json()
        assert answer["data"]["told"]["__typename"] == "UnauthorizedError", answer


def test_whom_the_provider_knows_and_nobody_here_stays_outside(
    stack: Stack, colleague: Colleague
) -> None:
    stranger = Colleague(stack, EVE)
    refused = stranger.log_in(PAGES)
    assert (refused.status_code, "is not a user here" in refused.text) == (403, True)
    assert stranger.doors() == OF_STRANGERS
    stranger.close()


def test_a_login_by_the_provider_opens_what_the_role_opens(
    team: Team, colleague: Colleague, champion: dict[str, Any]
) -> None:
    page = colleague.log_in(READ_ONLY, "/runs")
    assert (page.status_code, str(page.url)) == (200, f"{team.stack.url(READ_ONLY)}/runs")
    assert colleague.doors() == OF_VIEWERS
    report = colleague.client.get(f"{team.stack.url(PAGES)}/datasets/{DATASET}")
    assert f"{ADA} (viewer)" in report.text

    assert colleague.launch(DAGSTER).status_code == 403
    launched = colleague.launch(READ_ONLY).json()["data"]["launchRun"]
    assert launched["__typename"] == "UnauthorizedError"
    refused = colleague.promote(champion["version"])
    assert (refused.status_code, refused.json()["details"]["needed"]) == (403, "approver")


def test_another_role_counts_from_the_next_login_on_until_the_logout(
    stack: Stack, colleague: Colleague, champion: dict[str, Any]
) -> None:
    users(stack, "role", ADA, "admin")
    assert colleague.doors() == OF_STRANGERS, "sessions with the earlier role have ended"
    assert str(colleague.log_in(DAGSTER, "/runs").url) == f"{stack.url(DAGSTER)}/runs"
    assert colleague.doors() == OF_ADMINS
    launched = colleague.launch(DAGSTER).json()["data"]["launchRun"]
    assert launched["__typename"] == "PipelineNotFoundError", "allowed, and there is no such job"
    models = colleague.client.get(
        f"{stack.url(MLFLOW)}/api/2.0/mlflow/registered-models/get", params={"name": MODEL}
    )
    assert models.json()["registered_model"]["name"] == MODEL

    stolen = dict(colleague.client.cookies.items())
    assert "Log in with your organisation" in colleague.log_out().text
    assert colleague.doors() == OF_STRANGERS
    colleague.client.cookies.update(stolen)
    assert colleague.doors() == OF_STRANGERS, "not only this browser forgot the session"


@pytest.mark.parametrize("port", [DAGSTER, MLFLOW, PAGES])
def test_other_sites_cannot_use_the_browsers_password(team: Team, port: int) -> None:
    headers = {"Origin": "https://evil.example"}
    assert team.admin.post(f"{team.stack.url(port)}/graphql", headers=headers).status_code == 403


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_query_in_the_address_is_refused(team: Team, method: str) -> None:
    url = f"{team.stack.url(DAGSTER)}/graphql"
    assert team.admin.request(method, url, params={"query": "{version}"}).status_code == 405


@pytest.mark.parametrize("port", [DAGSTER, READ_ONLY])
def test_events_cannot_be_reported_from_outside(team: Team, port: int) -> None:
    url = f"{team.stack.url(port)}/report_asset_materialization/model"
    assert team.admin.post(url, json={"description": "forged"}).status_code == 405


def test_the_upload_door_lets_nothing_else_through(team: Team) -> None:
    door = team.stack.url(S3)
    assert team.stranger.get(f"{door}/pipeweave").status_code == 403
    assert team.stranger.put(f"{door}/pipeweave/uploads/x/y.csv", content=b"x").status_code == 403
    assert team.stranger.delete(f"{door}/pipeweave/uploads").status_code == 403
    unsigned = team.stranger.post(
        f"{door}/pipeweave", data={"key": "uploads/x/y.csv"}, files={"file": b"a,b\n1,2\n"}
    )
    assert unsigned.status_code in {400, 403}


_TRAVERSALS = [
    (MLFLOW, "/get-artifact?path=../../../../etc/passwd&run_uuid={run}"),
    (MLFLOW, "/get-artifact?path=%2Fetc%2Fpasswd&run_uuid={run}"),
    (MLFLOW, "/api/2.0/mlflow-artifacts/artifacts/../../../etc/passwd"),
    (MLFLOW, "/api/2.0/mlflow-artifacts/artifacts/..%2f..%2f..%2fetc%2fpasswd"),
    (MLFLOW, "/api/2.0/mlflow-artifacts/artifacts/%2e%2e/%2e%2e/etc/passwd"),
    (MLFLOW, "/api/2.0/mlflow-artifacts/artifacts?path=../../etc"),
    (MLFLOW, "/model-versions/get-artifact?path=../../../etc/passwd&name={model}&version=1"),
    (MLFLOW, "/static-files/..%2f..%2f..%2f..%2fetc%2fpasswd"),
    (PAGES, "/reports/..%2f..%2fHEAD.json/x.html"),
    (PAGES, "/reports/{sha}/..%2f..%2f..%2fdocuments.json"),
    (PAGES, "/datasets/..%2f..%2fetc"),
    (DAGSTER, "/logs/..%2f..%2f..%2fetc%2fpasswd/stdout"),
    (DAGSTER, "/download_debug/..%2f..%2fetc"),
    (DAGSTER, "/notebook?path=/etc/passwd&repoLocName=pipeweave"),
]


@pytest.mark.parametrize(("port", "path"), _TRAVERSALS)
def test_no_path_leads_out(team: Team, champion: dict[str, Any], port: int, path: str) -> None:
    path = path.format(run=champion["run_id"], model=MODEL, sha="0" * 64)
    answer = team.admin.get(httpx.URL(team.stack.url(port) + path))
    assert 400 <= answer.status_code < 500
    assert "root:" not in answer.text


def test_no_secret_is_written_down(
    stack: Stack, team: Team, champion: dict[str, Any], colleague: Colleague
) -> None:
    given = {**stack.extra, **{n: stack.variables[n] for n in _OWN}}
    given["the password of the admin"] = team.password
    given["the token of the admin"] = team.admin.headers["authorization"].split()[1]
    for name in ("DATABASE_URL", "MLFLOW_BACKEND_STORE_URI"):
        given[name] = stack.place.environment(stack.services["migrate"])[name]
    assert len(given) == 14
    places = {place: unpacked(text) for place, text in _written_down(stack)}
    assert len(places) > 40  # both databases, the store, every log
    # What is known to be there is found.
    assert DATASET.encode() in places["dagster"]
    assert MODEL.encode() in places["mlflow"]
    assert b"model_evaluation" in places["dagster"]
    needles = {name: secret.encode() for name, secret in given.items()}
    found = [(n, place) for place, text in places.items() for n, s in needles.items() if s in text]
    assert found == []


_OWN = (
    "POSTGRES_PASSWORD", "AWS_SECRET_ACCESS_KEY", "JWT_SECRET_KEY", "OIDC_CLIENT_SECRET",
)  # fmt: skip


def test_packed_places_are_searched_too() -> None:
    packed = zlib.compress(b"needle in a snapshot").hex()
    assert b"needle" in unpacked(f"INSERT INTO snapshots VALUES (1, '\\x{packed}');".encode())
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("schema.json", "needle in a model")
    assert b"needle" in unpacked(archive.getvalue())


def unpacked(content: bytes) -> bytes:
    """A content with what is packed in it: Dagster's snapshots are, and model files."""
    parts = [content]
    for blob in re.findall(rb"\\x(789c[0-9a-f]+)", content):
        with contextlib.suppress(zlib.error):
            parts.append(zlib.decompress(bytes.fromhex(blob.decode())))
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts += [archive.read(name) for name in archive.namelist()]
    return b"\n".join(parts)


def _written_down(stack: Stack) -> Iterator[tuple[str, bytes]]:
    """Everything that stays: rows of both databases, all objects, logs, command lines."""
    for database in ("dagster", "mlflow"):
        yield database, stack.dump(database)
    bucket = stack.bucket()
    for key in bucket.keys():  # noqa: SIM118 - no dict
        yield key, bucket.read(key)
    for name in stack.services:
        yield f"log of {name}", stack.log(name).read_bytes()
    for process in stack.running.values():
        for member in family(process.pid):
            with contextlib.suppress(psutil.NoSuchProcess):  # some live for a moment only
                yield f"command line of {member.pid}", " ".join(member.cmdline()).encode()


def test_every_line_of_the_own_processes_is_json(
    stack: Stack, team: Team, champion: dict[str, Any]
) -> None:
    for name, service in stack.services.items():
        if not (service.built or name == "proxy") or name == "migrate":
            continue
        printed = stack.log(name).read_text().splitlines()
        if name == "mlflow":  # greets in words before it has read how to log
            printed = [line for line in printed if line.startswith("{")]
            assert printed
        for line in map(json.loads, printed):
            assert {"time", "timestamp"} & set(line), line
            assert {"message", "event"} & set(line), line
            assert "level" in line


def test_lines_of_a_run_bear_its_id_in_every_process(
    stack: Stack, team: Team, champion: dict[str, Any]
) -> None:
    run_id = team.runs()[-1]["runId"]  # a later one may reuse everything, and say little
    lines = [json.loads(line) for line in stack.log("code").read_text().splitlines()]
    of_run = [line for line in lines if line.get("run_id") == run_id]
    assert {line["correlation_id"] for line in of_run} == {run_id}
    modules = {line["module"] for line in of_run}
    assert "dagster" in modules
    assert any(module.startswith("pipeweave_dagster.") for module in modules)


def _is_loopback(text: str) -> bool:
    """Also of an IPv4 address as a socket for both kinds tells it: Python 3.11 says no to that."""
    address = ipaddress.ip_address(text)
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def test_nothing_talks_to_another_machine(stack: Stack, champion: dict[str, Any]) -> None:
    """The guard (see guard/) fails every test in which a Python process reached out; this one
    also looks at the sockets of the others."""
    members = [m for p in stack.running.values() if p.poll() is None for m in family(p.pid)]
    guarded, far = 0, []
    for member in members:
        with contextlib.suppress(psutil.NoSuchProcess):  # some live for a moment only
            guarded += "guard" in member.environ().get("PYTHONPATH", "")
            far += [
                (member.name(), socket.raddr)
                for socket in member.net_connections(kind="inet")
                if socket.raddr and not _is_loopback(socket.raddr.ip)
            ]
    assert guarded >= 6
    assert far == []


def test_the_image_keeps_as_it_was(stack: Stack, champion: dict[str, Any]) -> None:
    image = stack.folder / "image"
    files = {str(path.relative_to(image)) for path in image.rglob("*") if path.is_file()}
    names = ("dagster.yaml", "workspace.yaml", "log.json")
    assert files == {f"opt/dagster/{name}" for name in names}


@pytest.mark.browser
def test_a_browser_finds_everything_behind_the_proxy(
    team: Team, champion: dict[str, Any], browser: Any, tmp_path: Path
) -> None:
    assert len(look_with(browser, team, tmp_path)) == 4
