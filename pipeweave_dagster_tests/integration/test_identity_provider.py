"""Login by a real identity provider, through its own pages: Django OAuth Toolkit as a process."""

import re
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import httpx
import pytest
from pydantic import SecretStr

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.access import Role
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.users.directory import add_user, set_role
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web import create_app, provider_login
from pipeweave_dagster_tests.servers.openid_provider import PASSWORD, USERS
from pipeweave_dagster_tests.servers.openid_visit import logged_in, provider, sent
from pipeweave_dagster_tests.servers.process import free_ports
from pipeweave_dagster_tests.servers.served_pages import served

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

pytestmark = pytest.mark.server
ADA, EVE = USERS
SECRET = "s" * 32


class Site(NamedTuple):
    """The provider's issuer, and where it sends browsers back to."""

    issuer: str
    pages: str


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    port, back = free_ports(2)
    pages = f"http://127.0.0.1:{back}"
    with provider(port, SECRET, pages, tmp_path_factory.mktemp("provider")) as issuer:
        yield Site(issuer, pages)


@pytest.fixture
def settings(home: Path, site: Site) -> Settings:
    return Settings(
        web_url=site.pages,
        jwt_secret_key="0123456789abcdef" * 2,
        oidc_issuer=site.issuer,
        oidc_client_secret=SECRET,
    )


@pytest.fixture
def store(settings: Settings) -> DocumentStore:
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    add_user(store, ADA, Role.EDITOR, None)
    return store


@pytest.fixture
def client(store: DocumentStore, settings: Settings, site: Site) -> TestClient:
    app = create_app(store, settings)
    return TestClient(app, base_url=site.pages, follow_redirects=False)


def begun(client: TestClient) -> str:
    """Where the login leads: an address of the provider."""
    answer = client.get("/login/provider?next=/overview")
    assert answer.status_code == 303
    return answer.headers["location"]


def led_back(address: str, name: str = ADA, **answer: str) -> str:
    """The address to which the provider sends a browser back, after its forms are filled in."""
    with httpx.Client(trust_env=False, follow_redirects=True) as visitor:
        consent = logged_in(visitor, visitor.get(address), name)
        visitor.follow_redirects = False
        return sent(visitor, consent, **(answer or {"allow": "Authorize"})).headers["location"]


def path_of(address: str, site: Site) -> str:
    assert address.startswith(f"{site.pages}/login/callback?")
    return address.removeprefix(site.pages)


@pytest.mark.browser
def test_in_the_browser_through_both_pages_in_and_out_and_in_again(
    browser: Any, store: DocumentStore, settings: Settings, site: Site
) -> None:
    context = browser.new_context()
    page = context.new_page()
    port = int(site.pages.rpartition(":")[2])
    with served(create_app(store, settings), port):
        page.goto(f"{site.pages}/datasets/nothing")
        page.get_by_role("link", name="your organisation").click()
        page.get_by_label("Username").fill(ADA)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Authorize").click()
        page.get_by_text(f"{ADA} (editor)").wait_for()
        assert page.url == f"{site.pages}/datasets/nothing"
        page.get_by_role("button", name="Log out").click()
        page.get_by_role("heading", name="Log in").wait_for()
        set_role(store, ADA, Role.APPROVER)
        page.get_by_role("link", name="your organisation").click()
        page.get_by_role("button", name="Authorize").click()  # the session there goes on
        page.get_by_text(f"{ADA} (approver)").wait_for()
    context.close()
    logins = [(e.action, e.who, e.reason) for e in audit.entries(store, subject=ADA)]
    assert logins.count(("login", ADA, "provider")) == 2
    assert ("logout", ADA, "") in logins


def test_somebody_whom_only_the_provider_knows_is_refused(
    client: TestClient, store: DocumentStore, site: Site
) -> None:
    refused = client.get(path_of(led_back(begun(client), EVE), site))
    assert (refused.status_code, refused.json()["code"]) == (403, "FORBIDDEN")
    assert "is not a user here" in refused.json()["message"]
    assert client.get("/").status_code == 401
    assert [(e.who, e.outcome) for e in audit.entries(store) if e.action == "login"] == [
        (EVE, "refused")
    ]


def test_who_does_not_agree_on_the_page_of_consent_is_told_so(
    client: TestClient, site: Site
) -> None:
    refused = client.get(path_of(led_back(begun(client), cancel="Cancel"), site))
    assert refused.status_code == 401
    assert "access_denied" in refused.json()["message"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [("nonce", "belongs to another login"), ("code_challenge", "is not accepted: OAuthError"),
     ("state", "does not fit")],
)  # fmt: skip
def test_an_answer_to_another_login_is_refused(
    client: TestClient, site: Site, changed: str, told: str
) -> None:
    """As if somebody had made a victim's browser carry the answer to a login of their own."""
    address = re.sub(rf"\b{changed}=[\w-]{{8}}", f"{changed}=AAAAAAAA", begun(client))
    refused = client.get(path_of(led_back(address), site))
    assert (refused.status_code, told in refused.json()["message"]) == (401, True), refused.text
    assert client.get("/").status_code == 401


def test_a_login_that_took_too_long_and_a_code_used_twice_are_refused(
    client: TestClient, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = path_of(led_back(begun(client)), site)
    kept = dict(client.cookies)
    assert client.get(path).headers["location"] == "/overview"
    client.cookies.update(kept)
    twice = client.get(path)
    assert (twice.status_code, "not accepted" in twice.json()["message"]) == (401, True)
    client.cookies.clear()
    earlier = time.time() - 601
    monkeypatch.setattr(provider_login, "time", SimpleNamespace(time=lambda: earlier))
    late = client.get(path_of(led_back(begun(client)), site))
    assert (late.status_code, "more than ten minutes" in late.json()["message"]) == (401, True)


def test_a_wrong_client_secret_is_no_fault_of_the_user(
    client: TestClient, settings: Settings, site: Site
) -> None:
    wrong = settings.model_copy(update={"oidc_client_secret": SecretStr("another")})
    client.app.state.door.settings = wrong  # type: ignore[attr-defined]
    refused = client.get(path_of(led_back(begun(client)), site))
    assert refused.status_code == 401
    assert "OAuthError" in refused.json()["message"]
