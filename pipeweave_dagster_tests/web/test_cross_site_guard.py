"""The guard in front of Dagster's web server, on requests as browsers and scripts send them."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from pipeweave_dagster.web.cross_site_guard import CrossSiteGuard
from pipeweave_dagster.web.host_names import hosts_of

OWN = "http://127.0.0.1:3000"
SOCKET = "ws://127.0.0.1:3000/graphql"
NAVIGATION = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


async def _page(_: Request) -> PlainTextResponse:
    return PlainTextResponse("served")


async def _socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()


@pytest.fixture
def client() -> TestClient:
    routes = [
        WebSocketRoute("/graphql", _socket),
        Route("/{path:path}", _page, methods=["GET", "POST"]),
    ]
    hosts = hosts_of("https://ml.example.org/dagster")
    return TestClient(CrossSiteGuard(Starlette(routes=routes), hosts), base_url=OWN)


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/assets", {}),
        ("GET", "/assets", {"Sec-Fetch-Site": "none", **NAVIGATION}),
        ("GET", "/runs/1", {"Sec-Fetch-Site": "same-site", **NAVIGATION}),  # a link of the pages
        ("GET", "/runs/1", {"Sec-Fetch-Site": "cross-site", **NAVIGATION}),
        ("POST", "/graphql", {}),  # a script
        ("POST", "/graphql", {"Origin": OWN, "Sec-Fetch-Site": "same-origin"}),
        ("POST", "/graphql", {"Host": "ml.example.org", "Origin": "https://ml.example.org"}),
        ("POST", "/graphql", {"Host": "localhost:3000", "Origin": "http://localhost:3000"}),
        ("POST", "/graphql?op=RunsQuery", {"Origin": OWN}),  # as Dagster's pages name it
        ("POST", "/report_asset_materialization/x", {}),
    ],
)
def test_own_pages_links_and_scripts_are_served(client, method, path, headers) -> None:
    answer = client.request(method, path, headers=headers)
    assert answer.text == "served"
    assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", "/graphql", {"Origin": "http://evil.example"}, 403),
        ("POST", "/graphql", {"Origin": "null"}, 403),
        ("POST", "/graphql", {"Origin": "http://127.0.0.1:3001"}, 403),
        ("POST", "/graphql", {"Origin": "http://localhost:3000"}, 403),
        ("POST", "/graphql", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("POST", "/graphql", {"Sec-Fetch-Site": "cross-site", **NAVIGATION}, 403),
        ("GET", "/logs/x", {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        (
            "GET",
            "/",
            {
                "Sec-Fetch-Site": "cross-site",
                "Sec-Fetch-Mode": "navigate",
                "Sec-Fetch-Dest": "iframe",
            },
            403,
        ),
        ("GET", "/", {"Host": "rebound.example"}, 403),
        ("GET", "/", {"Host": "127.0.0.1.evil.example"}, 403),
        ("GET", "/", {"Host": ""}, 403),
        ("GET", "/graphql?query={x}", {}, 405),
        ("GET", "/graphql?%71uery={x}", NAVIGATION, 405),
        ("POST", "/graphql?query=mutation{x}", {"Origin": OWN}, 405),
        ("GET", "/graphql/?query={x}", {}, 405),
    ],
)
def test_requests_of_foreign_pages_are_refused(client, method, path, headers, status) -> None:
    answer = client.request(method, path, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, "FORBIDDEN")


def test_the_playground_for_queries_stays(client) -> None:
    assert client.get("/graphql", headers={"Accept": "text/html"}).text == "served"


def test_a_socket_is_for_own_pages_only(client) -> None:
    with client.websocket_connect(SOCKET, headers={"Origin": OWN}):
        pass
    for headers in ({"Origin": "http://evil.example"}, {"Host": "rebound.example"}):
        with (
            pytest.raises(WebSocketDisconnect),
            client.websocket_connect(SOCKET, headers=headers),
        ):
            pass
