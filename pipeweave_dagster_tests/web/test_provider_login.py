"""Login by an identity provider that runs as a process of its own."""

import sys
import warnings
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.access import Role
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.users import openid_client
from pipeweave_dagster.services.users.directory import add_user
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web import create_app
from pipeweave_dagster_tests.servers.process import answers, free_ports, running

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

pytestmark = pytest.mark.server
ADA, HERE = "ada@example.org", "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def provider(tmp_path_factory) -> Iterator[str]:
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    module = "pipeweave_dagster_tests.servers.identity_provider"
    command = [sys.executable, "-m", module, str(port), "s" * 32, f"{HERE}/login/callback"]
    log = tmp_path_factory.mktemp("provider") / "log"
    with running(command, answers(f"{url}/.well-known/openid-configuration"), log):
        yield url


@pytest.fixture
def settings(home, provider):
    return Settings(
        jwt_secret_key="0123456789abcdef0123456789abcdef",
        oidc_issuer=provider,
        oidc_client_secret="s" * 32,
    )


@pytest.fixture
def store(settings) -> DocumentStore:
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    add_user(store, ADA, Role.APPROVER, None)
    return store


@pytest.fixture
def client(store, settings):
    app = create_app(store, settings)
    return TestClient(app, base_url=HERE, raise_server_exceptions=False, follow_redirects=False)


def back_from(client, provider, email=ADA, **query):
    """The address with which the provider sends the browser back."""
    with httpx.Client(trust_env=False) as outside:
        outside.get(f"{provider}/become", params={"email": email, **query})
        begun = client.get("/login/provider?next=/datasets/demo")
        assert begun.status_code == 303
        answer = outside.get(begun.headers["location"])
    assert answer.status_code == 302
    return answer.headers["location"].removeprefix(HERE)


def test_a_user_of_the_provider_comes_in_with_the_role_they_have_here(client, provider, store):
    assert 'href="/login/provider?next=/' in client.get("/login").text
    answer = client.get(back_from(client, provider, "Ada@Example.org"))
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == "/datasets/demo"
    assert f"{ADA} (approver)" in client.get("/", headers={"accept": "text/html"}).text
    (entry,) = [e for e in audit.entries(store) if e.action == "login"]
    assert (entry.who, entry.outcome, entry.reason) == (ADA, "done", "provider")


def test_another_claim_names_the_user_whether_the_email_is_verified_or_not(
    client, provider, store, settings
):
    client.app.state.door.settings = settings.model_copy(update={"oidc_name_claim": "sub"})
    add_user(store, "1", Role.VIEWER, None)
    assert client.get(back_from(client, provider, verified="no")).status_code == 303
    assert "1 (viewer)" in client.get("/", headers={"accept": "text/html"}).text


def test_the_request_has_state_nonce_and_pkce(client, provider):
    query = parse_qs(urlsplit(client.get("/login/provider").headers["location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(query)
    assert query["scope"] == ["openid email profile"]


@pytest.mark.parametrize(
    ("email", "verified", "told"),
    [("eve@example.org", "yes", "is not a user here"), (ADA, "no", "set OIDC_NAME_CLAIM")],
)
def test_somebody_the_provider_knows_and_we_do_not(client, provider, store, email, verified, told):
    answer = client.get(back_from(client, provider, email, verified=verified))
    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
    assert told in answer.json()["message"]
    assert [e.outcome for e in audit.entries(store) if e.action == "login"] == ["refused"]
    assert client.get("/").status_code == 401


@pytest.mark.parametrize("spoil", ["key", "iss", "aud", "nonce"])
def test_a_token_that_is_not_for_this_login_is_refused(client, provider, spoil):
    answer = client.get(back_from(client, provider, spoil=spoil))
    assert answer.status_code == 401
    assert client.get("/").status_code == 401


def test_the_answer_of_another_browser_and_a_second_use_are_refused(client, provider):
    address = back_from(client, provider)
    kept = dict(client.cookies)
    client.cookies.clear()
    assert client.get(address).status_code == 401
    assert client.get("/login/callback?code=x&state=y").status_code == 401
    client.cookies.update(kept)
    assert client.get(address.replace("state=", "state=x")).status_code == 401
    assert client.get(address).status_code == 303
    client.cookies.update(kept)
    assert client.get(address).status_code == 401


def test_without_a_provider_or_with_a_silent_one_it_is_said(client, settings, store):
    client.app.state.door.settings = settings.model_copy(update={"oidc_issuer": None})
    assert client.get("/login/provider").status_code == 422
    (port,) = free_ports(1)
    silent = {"oidc_issuer": f"http://127.0.0.1:{port}"}
    client.app.state.door.settings = settings.model_copy(update=silent)
    answer = client.get("/login/provider")
    assert (answer.status_code, "does not respond" in answer.json()["message"]) == (503, True)


def test_a_provider_that_calls_itself_otherwise_is_refused(client, provider, monkeypatch):
    openid_client._discovered.cache_clear()
    monkeypatch.setattr("requests.models.Response.json", lambda _: {"issuer": "http://127.0.0.1:1"})
    answer = client.get("/login/provider")
    assert (answer.status_code, "another address" in answer.json()["message"]) == (422, True)
    openid_client._discovered.cache_clear()
