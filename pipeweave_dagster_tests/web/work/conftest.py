"""The pages with forms, and somebody in a role who uses them."""

import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from starlette.requests import HTTPConnection

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.access import Principal, Role
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web import create_app
from pipeweave_dagster.web.front_door import FrontDoor
from pipeweave_dagster.web.identity import _SCOPE_KEY, _Identity
from pipeweave_dagster.web.work.form_token import token_of

with warnings.catch_warnings():  # it still works with httpx, which newer releases deprecate
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')


class Person:
    """A user in front of the pages: opens them, and sends their forms."""

    def __init__(self, client: TestClient, store: DocumentStore, who: Principal) -> None:
        self.client, self.store, self.who = client, store, who

    def opens(self, path: str):
        """Load a page."""
        return self.client.get(path, headers={"accept": "text/html"})

    def token(self, path: str = "/upload") -> str:
        """The token of the forms of a page; empty if this user is shown none."""
        found = _TOKEN.search(self.opens(path).text)
        return found[1] if found else ""

    def own_token(self) -> str:
        """The token of the forms of this user, also of those that they are not shown."""
        app: Any = self.client.app
        scope = {"type": "http", "app": app, "headers": []}
        known = {_SCOPE_KEY: _Identity(self.who, app.state.door)}
        return token_of(HTTPConnection(scope | known))

    def sends(self, path: str, fields: dict | None = None, token: str | None = None, **more):
        """Send a form, and follow nothing."""
        data = {**(fields or {}), "form_token": self.token() if token is None else token}
        headers = {"accept": "text/html", **more.pop("headers", {})}
        return self.client.post(path, data=data, headers=headers, follow_redirects=False, **more)


@pytest.fixture
def person(home, monkeypatch) -> Iterator[Callable[..., Person]]:
    """Returns somebody in a role."""
    settings = Settings()
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    with ExitStack() as stack:

        def somebody(role: Role = Role.ADMIN) -> Person:
            who = Principal(f"a-{role.value}", role, "session")
            monkeypatch.setattr(FrontDoor, "identify", lambda *_: who)
            app = create_app(store, Settings())
            client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
            return Person(stack.enter_context(client), store, who)

        yield somebody
