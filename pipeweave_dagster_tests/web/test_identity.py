"""Routes ask who sent a request and whether they may: 401, 403, 404 in the envelope."""

import warnings

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from pipeweave_dagster.core.access import Action, Principal, Role
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.acting import current_principal, machine_user
from pipeweave_dagster.web.identity import Identify, principal_of, require
from pipeweave_dagster.web.single_user import SingleUser

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient


class Names:
    """A door that believes the header X-Test: `name role`."""

    def identify(self, connection):
        given = connection.headers.get("x-test")
        if given is None:
            return None
        name, role = given.split()
        return Principal(name, Role(role), "session")

    def __init__(self):
        self.looked_up = 0

    def owner_of(self, dataset, *, changing):
        self.looked_up += changing
        return {"private": "bob", "named": "bob" if changing else None}.get(dataset)


def who(request: Request) -> JSONResponse:
    return JSONResponse([principal_of(request).name, current_principal().name])


def act(request: Request) -> JSONResponse:
    path = request.path_params
    principal = require(request, Action(path["action"]), path.get("dataset"))
    return JSONResponse(principal.name)


def answered(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse(error.envelope(), error.code.http_status)


def client(door, server="127.0.0.1"):
    routes = [Route("/who", who), Route("/{action}/{dataset}", act), Route("/{action}", act)]
    handlers = {PipeWeaveError: answered}
    mounted = Starlette(routes=routes, exception_handlers=handlers)
    app = Starlette(
        routes=[Mount("/api", mounted), *routes],
        middleware=[Middleware(Identify, door=door)],
        exception_handlers=handlers,
    )
    return TestClient(app, base_url=f"http://{server}")


def test_nobody_is_refused_with_the_way_in():
    answer = client(Names()).get("/view")
    assert answer.status_code == 401
    assert answer.json()["code"] == "UNAUTHORIZED"
    assert "/login" in answer.json()["message"]


def test_an_application_without_identify_refuses_everybody():
    app = Starlette(routes=[Route("/who", who)])
    with pytest.raises(PipeWeaveError, match="not logged in"):
        TestClient(app).get("/who")


@pytest.mark.parametrize("path", ["/who", "/api/who"])
def test_route_and_services_see_the_sender_also_in_a_mounted_application(path):
    answer = client(Names()).get(path, headers={"x-test": "ada viewer"})
    assert answer.json() == ["ada", "ada"]


def test_a_role_that_does_not_suffice_is_told_which_one_does():
    answer = client(Names()).get("/promote/titanic", headers={"x-test": "ada editor"})
    assert answer.status_code == 403
    assert "ada is an editor, and this needs the role approver." in answer.json()["message"]
    assert answer.json()["details"]["needed"] == "approver"


def test_a_private_data_set_does_not_exist_for_others():
    get = client(Names()).get
    assert get("/run/private", headers={"x-test": "ada editor"}).status_code == 404
    assert get("/run/private", headers={"x-test": "bob editor"}).status_code == 200
    assert get("/promote/private", headers={"x-test": "bob editor"}).status_code == 403
    assert get("/run/private", headers={"x-test": "eve admin"}).status_code == 200


def test_nobody_else_changes_what_a_settings_file_gives_to_somebody():
    door = Names()
    get = client(door).get
    for action, status in {"view": 200, "upload": 404, "configure": 404, "run": 404}.items():
        answer = get(f"/{action}/named", headers={"x-test": "ada editor"})
        assert (action, answer.status_code) == (action, status)
        assert get(f"/{action}/named", headers={"x-test": "bob editor"}).status_code == 200
    assert door.looked_up == 6
    for action, who in [("run", "eve approver"), ("schedule", "ada editor"), ("run", "ada viewer")]:
        get(f"/{action}/named", headers={"x-test": who})
    assert door.looked_up == 6  # whoever owns it, these are let in or refused


def test_a_single_user_is_the_administrator_on_loopback_only():
    user = machine_user().name
    assert client(SingleUser()).get("/manage_users").json() == user
    for server in ("192.0.2.7", "pipeweave.example.org"):
        assert client(SingleUser(), server).get("/view").status_code == 401
