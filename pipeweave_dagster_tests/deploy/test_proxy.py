"""The proxy alone, with a server behind it that tells what reached it."""

import json
import ssl
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest

from pipeweave_dagster_tests.deploy.conftest import made_secrets
from pipeweave_dagster_tests.deploy.stack import Stack
from pipeweave_dagster_tests.deploy.team import DAGSTER, MLFLOW, PAGES, S3

pytestmark = pytest.mark.server


TOKEN = "pipeweave_" + "x" * 43


class Mirror(BaseHTTPRequestHandler):
    """Answers with the request's own headers; as the pages, lets one token in."""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path.startswith("/auth?needs="):
            known = self.headers.get("authorization") == f"Bearer {TOKEN}"
            self.send_response(204 if known else 401)
            self.end_headers()
            return
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - named by the library

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("proxy")
    stack = Stack(folder, made_secrets(folder / ".env"))
    (folder / "logs").mkdir()
    upstreams = {"web": 3000, "mlflow": 5000, "pages": 8000, "s3": 8333}
    servers = [
        ThreadingHTTPServer((stack.addresses[name], port), Mirror)
        for name, port in upstreams.items()
    ]
    for server in servers:
        Thread(target=server.serve_forever, daemon=True).start()
    stack.start("proxy")
    try:
        stack.wait_healthy("proxy")
        yield stack
    finally:
        stack.down()
        for server in servers:
            server.shutdown()
            server.server_close()


@pytest.fixture(scope="module")
def admin(proxy: Stack) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {TOKEN}", "cookie": "pipeweave_access=x"}
    with httpx.Client(headers=headers, trust_env=False, timeout=20) as client:
        yield client


@pytest.mark.parametrize("port", [DAGSTER, MLFLOW])
def test_who_may_not_pass_gets_the_answer_of_the_pages(proxy: Stack, port: int) -> None:
    with httpx.Client(trust_env=False) as stranger:
        assert stranger.get(proxy.url(port)).status_code == 401


def test_the_pages_see_sessions_and_tokens_themselves(proxy: Stack, admin: httpx.Client) -> None:
    seen = admin.get(proxy.url(PAGES)).json()
    assert {"authorization", "cookie"} <= set(seen)
    assert len(seen["x-request-id"]) == 36


@pytest.mark.parametrize("port", [DAGSTER, MLFLOW])
def test_sessions_and_tokens_reach_nobody_else(
    proxy: Stack, admin: httpx.Client, port: int
) -> None:
    seen = admin.get(proxy.url(port)).json()
    assert not {"authorization", "cookie"} & set(seen)
    assert len(seen["x-request-id"]) == 36


def test_the_id_of_a_request_is_the_proxys_own(proxy: Stack, admin: httpx.Client) -> None:
    seen = admin.get(proxy.url(PAGES), headers={"X-Request-ID": "forged"}).json()
    assert seen["x-request-id"] != "forged"
    lines = [json.loads(line) for line in proxy.log("proxy").read_text().splitlines()]
    assert seen["x-request-id"] in {line.get("correlation_id") for line in lines}


def test_tokens_are_not_logged(proxy: Stack, admin: httpx.Client) -> None:
    admin.get(proxy.url(PAGES))
    text = proxy.log("proxy").read_text()
    assert TOKEN not in text
    assert "pipeweave_access=x" not in text


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example", "http://127.0.0.1"]
)
def test_other_sites_are_refused(proxy: Stack, admin: httpx.Client, origin: str) -> None:
    answer = admin.post(f"{proxy.url(DAGSTER)}/graphql", headers={"Origin": origin})
    assert answer.status_code == 403


def test_the_own_pages_are_not_refused(proxy: Stack, admin: httpx.Client) -> None:
    origin = proxy.url(DAGSTER)
    asked = f"{origin}/graphql?op=RunsQuery"  # as Dagster's pages ask
    assert admin.post(asked, headers={"Origin": origin}).status_code == 200


@pytest.mark.parametrize("name", ["query", "%71uery", "op=x&quer%79"])
def test_queries_in_the_address_are_refused(proxy: Stack, admin: httpx.Client, name: str) -> None:
    asked = f"{proxy.url(DAGSTER)}/graphql?{name}=mutation"
    assert admin.post(asked).status_code == 405


@pytest.mark.parametrize(
    "path", ["/a/../b", "/..%2f", "/%2e%2e/x", "/%252e%252e/x", "/a%2Fb", "/a%5c..%5cb"]
)
def test_climbing_paths_are_refused(proxy: Stack, admin: httpx.Client, path: str) -> None:
    """Sent as it stands: clients tidy paths before they send them."""
    request = admin.build_request("GET", proxy.url(MLFLOW))
    request.url = request.url.copy_with(raw_path=path.encode())
    answer = admin.send(request)
    assert answer.status_code == 400 or answer.url.path == "/b"


def test_uploads_pass_without_a_password_and_with_a_form_only(proxy: Stack) -> None:
    door = f"{proxy.url(S3)}/pipeweave"
    with httpx.Client(trust_env=False) as stranger:
        assert stranger.post(door, files={"file": b"x"}).status_code == 200
        assert stranger.post(door, content=b"x").status_code == 403
        assert stranger.post(f"{door}?uploads", files={"file": b"x"}).status_code == 403
        signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=x"}
        assert stranger.post(door, files={"file": b"x"}, headers=signed).status_code == 403


def test_the_proxy_has_an_authority_of_its_own(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("tls")
    stack = Stack(folder, made_secrets(folder / ".env") | {"PIPEWEAVE_TLS": "internal"})
    (folder / "logs").mkdir()
    stack.start("proxy")
    try:
        stack.wait_healthy("proxy")
        url = stack.url(S3).replace("http:", "https:")
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with httpx.Client(trust_env=False, verify=context) as stranger:
            assert stranger.get(f"{url}/pipeweave").status_code == 403
    finally:
        stack.down()
