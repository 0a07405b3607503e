"""What other services say of themselves, without giving away how they are reached."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from pipeweave_dagster.adapters.health import UnknownError, measure, public_text
from pipeweave_dagster.adapters.http_checks import base_of, check_mlflow, dagster_state, responds
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError


class Sick(BaseHTTPRequestHandler):
    """Lives, and cannot read its database."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health" else 500)
        self.end_headers()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200 if self.path == "/graphql" else 503)
        self.end_headers()
        self.wfile.write(b'{"data": {"instance": null}, "errors": ["no database"]}')

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def sick() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Sick)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_server_without_its_database_is_not_called_dead(sick: str) -> None:
    assert responds(f"{sick}/health") == "responds (HTTP 200)"
    with pytest.raises(UnknownError, match="own database"):
        check_mlflow(sick)
    assert measure("mlflow", lambda: check_mlflow(sick), public_text).state == "unknown"


def test_dagster_without_its_database_is_an_error(sick: str) -> None:
    with pytest.raises(OSError, match="database"):
        dagster_state(sick)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "ftp://127.0.0.1/x", "http://[", ""])
def test_whoever_does_not_answer_is_unavailable(url: str) -> None:
    with pytest.raises(PipeWeaveError) as refused:
        responds(url)
    assert refused.value.code is ErrorCode.SERVICE_UNAVAILABLE
    assert refused.value.fix


def test_an_error_page_is_no_answer(sick: str) -> None:
    with pytest.raises(PipeWeaveError, match="HTTP 500"):
        responds(f"{sick}/other")


def test_no_password_of_an_address_is_told() -> None:
    assert base_of("http://me:secret@127.0.0.1:1/x") == "http://127.0.0.1:1"
