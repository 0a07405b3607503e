"""The token of a form belongs to one login, and outlives its renewals."""

import re
import warnings

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.access import Role
from pipeweave_dagster.services.users.directory import add_user
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web import create_app

with warnings.catch_warnings():  # it still works with httpx, which newer releases deprecate
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

PASSWORD = "correct horse battery staple"


def logs_in(client):
    client.post("/login", data={"name": "ada", "password": PASSWORD})
    page = client.get("/upload", headers={"accept": "text/html"}).text
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', page)
    assert found is not None, page
    return found[1]


def sends(client, token):
    return client.post("/upload", data={"form_token": token}).json()["message"]


def test_the_token_of_an_earlier_login_is_refused(home, monkeypatch):
    monkeypatch.setenv("JWT_SECRET_KEY", "0123456789abcdef" * 4)
    settings = Settings()
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    add_user(store, "ada", Role.EDITOR, PASSWORD)
    with TestClient(create_app(store, settings), base_url="http://127.0.0.1") as client:
        first = logs_in(client)
        assert "No file was chosen" in sends(client, first)
        client.cookies.delete("pipeweave_access")  # the half hour is over
        assert "No file was chosen" in sends(client, first)
        client.post("/logout")
        second = logs_in(client)
        assert second != first
        assert "out of date" in sends(client, first)
        assert "No file was chosen" in sends(client, second)
