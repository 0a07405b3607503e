"""The way in, and what happens to everybody else."""

import warnings

import pytest
from argon2 import PasswordHasher

from pipeweave_dagster.adapters.state import DocumentStore, RunState, publish
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.access import Role
from pipeweave_dagster.core.errors import unavailable
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.ownership import set_owner
from pipeweave_dagster.services.users import passwords
from pipeweave_dagster.services.users.api_tokens import make_token
from pipeweave_dagster.services.users.directory import User, add_user, set_role
from pipeweave_dagster.services.users.sessions import new_session, signed
from pipeweave_dagster.services.users.teams import set_teams
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web import create_app
from pipeweave_dagster.web.login import safe_target

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

PASSWORD = "five words make a pass"
KEY = "0123456789abcdef0123456789abcdef"
HTML = {"accept": "text/html"}
OWN = {"origin": "http://127.0.0.1", "sec-fetch-site": "same-origin"}


@pytest.fixture
def settings(home):
    return Settings(jwt_secret_key=KEY)


@pytest.fixture
def store(settings) -> DocumentStore:
    return DocumentStore(open_storage(settings), settings.cache_folder)


@pytest.fixture
def client(store, settings, monkeypatch):
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: cheap)
    add_user(store, "ada", Role.EDITOR, PASSWORD)
    return browser(store, settings)


def browser(store, settings, at="http://127.0.0.1"):
    app = create_app(store, settings)
    return TestClient(app, base_url=at, raise_server_exceptions=False, follow_redirects=False)


def log_in(client, password=PASSWORD, target="/", **headers):
    fields = {"name": "ada", "password": password, "next": target}
    return client.post("/login", data=fields, headers={**HTML, **OWN, **headers})


def test_without_users_this_machine_is_let_in_and_nobody_else(store, settings):
    assert browser(store, settings).get("/").status_code == 200
    proxied = browser(store, settings).get("/", headers={"x-forwarded-for": "192.0.2.1"})
    assert proxied.status_code == 401
    settings = settings.model_copy(
        update={"web_url": "https://p.example", "behind_tls_proxy": True}
    )
    assert browser(store, settings, "https://p.example").get("/").status_code == 401


@pytest.mark.parametrize("path", ["/", "/auth?needs=viewer", "/api/v1/findings/x"])
def test_while_the_users_cannot_be_looked_up_nobody_is_let_in_and_told_why(
    store, settings, client, monkeypatch, path
):
    """A stranger reads that it is the storage, but not which one."""
    client.get("/", headers={"authorization": "Bearer pipeweave_x"})

    def silent(*_):
        raise unavailable("s3://secret does not respond.", fix="Check S3_ENDPOINT_URL.")

    monkeypatch.setattr(type(store.storage), "get_tagged", silent)
    for headers in ({"authorization": "Bearer pipeweave_x"}, {"cookie": session_of(settings)}):
        answer = client.get(path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
        page = client.get(path, headers={**headers, **HTML})
        assert (page.status_code, "<h1>" in page.text) == (503, True)
        for text in (answer.text, page.text):
            assert "storage" in text
            assert "secret" not in text


def session_of(settings):
    session = new_session(settings, User(name="ada", role=Role.EDITOR, stamp="x"))
    return f"pipeweave_access={signed(settings, session, 'access')}"


def test_a_required_login_holds_also_without_users(store, settings):
    required = settings.model_copy(update={"login": "required"})
    assert browser(store, required).get("/").status_code == 401


def test_the_first_user_closes_the_door_of_a_running_server(store, settings):
    client = browser(store, settings)
    assert client.get("/").status_code == 200
    add_user(store, "ada", Role.EDITOR, None)
    client.app.state.door._looked = None  # two seconds later
    assert client.get("/").status_code == 401


def test_a_stranger_is_led_to_the_login_and_back(client):
    answer = client.get("/datasets/demo?x=1", headers=HTML)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2Fdatasets%2Fdemo%3Fx%3D1"
    form = client.get(answer.headers["location"])
    assert 'value="/datasets/demo?x=1"' in form.text
    answer = log_in(client, target="/datasets/demo?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/datasets/demo?x=1")
    page = client.get("/", headers=HTML)
    assert page.status_code == 200
    assert "ada (editor)" in page.text
    assert client.get("/login").headers["location"] == "/"


@pytest.mark.parametrize("path", ["/", "/datasets/demo", "/reports/a/b", "/health", "/nothing"])
def test_a_script_without_a_token_gets_the_envelope(client, path):
    answer = client.get(path)
    assert answer.status_code == 401
    assert answer.json()["code"] == "UNAUTHORIZED"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert client.get("/alive").status_code == 200


def test_cookies_are_for_no_script_and_no_other_site(client, store, settings):
    for cookie in log_in(client).headers.get_list("set-cookie"):
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {*cookie.split("; ")}
        assert "Secure" not in cookie
        assert "Domain" not in cookie
    encrypted = settings.model_copy(update={"web_url": "https://127.0.0.1"})
    answer = log_in(browser(store, encrypted))
    assert all("Secure" in c for c in answer.headers.get_list("set-cookie"))


def test_a_wrong_password_says_no_more_than_that(client, store):
    wrong = log_in(client, "wrong password")
    nobody = client.post("/login", data={"name": "eve", "password": "x"}, headers=OWN)
    assert wrong.status_code == nobody.status_code == 401
    assert nobody.json()["message"].startswith("Name or password is wrong.")
    assert "Name or password is wrong." in wrong.text
    assert not client.cookies
    log = [(e.action, e.subject, e.outcome) for e in audit.entries(store)][1:]
    assert log == [("login", "ada", "refused"), ("login", "unknown", "refused")]


def test_the_form_keeps_the_name_after_a_wrong_password(client):
    page = log_in(client, "wrong password").text
    assert 'value="ada"' in page
    assert page.count("autofocus") == 1
    assert page.index("autofocus") > page.index('id="password"')
    assert 'value=""' in client.get("/login").text
    name = {"name": '"><b>\u202e' + "x" * 99, "password": "x"}
    hostile = client.post("/login", data=name, headers={**HTML, **OWN}).text
    assert 'value="&#34;&gt;&lt;b&gt;\\u202exxx' in hostile
    assert "x" * 64 not in hostile


def test_five_failures_lock_even_the_right_password_out(client):
    for _ in range(5):
        assert log_in(client, "wrong password").status_code == 401
    answer = log_in(client)
    assert answer.status_code == 429
    assert 890 < int(answer.headers["retry-after"]) <= 900
    script = client.post("/login", data={"name": "ada", "password": PASSWORD}, headers=OWN)
    assert script.status_code == 429
    assert script.json()["code"] == "RATE_LIMITED"
    assert script.headers["retry-after"]


def test_logging_out_ends_the_session_for_copies_of_the_cookie_too(client):
    log_in(client)
    copied = dict(client.cookies)
    assert client.post("/logout", headers=OWN).headers["location"] == "/login"
    assert not client.cookies
    client.cookies.update(copied)
    assert client.get("/").status_code == 401


def test_a_session_is_renewed_and_the_new_token_suffices(client):
    log_in(client)
    del client.cookies["pipeweave_access"]
    answer = client.get("/")
    assert answer.status_code == 200
    assert "pipeweave_access=" in answer.headers["set-cookie"]
    del client.cookies["pipeweave_refresh"]
    assert client.get("/").status_code == 200


def test_another_role_ends_the_session(client, store):
    log_in(client)
    set_role(store, "ada", Role.VIEWER)
    assert client.get("/").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"},
     {"host": "evil.example"}, {"origin": "http://127.0.0.1:9"}],
)  # fmt: skip
def test_forms_of_other_pages_neither_log_in_nor_out(client, headers):
    assert client.post("/login", data={"name": "ada"}, headers=headers).status_code == 403
    log_in(client)
    assert client.post("/logout", headers=headers).status_code == 403
    assert client.get("/").status_code == 200


def test_a_token_opens_pages_as_bearer_and_as_password(client, store):
    _, secret = make_token(store, "ada")
    bearer = {"authorization": f"Bearer {secret}"}
    assert client.get("/", headers=bearer).status_code == 200
    assert client.get("/", auth=("anything", secret)).status_code == 200
    for wrong in ("Bearer x", "Basic !", "Basic", f"Digest {secret}", "Basic 4444", ""):
        assert client.get("/", headers={"authorization": wrong}).status_code == 401


def test_a_wrong_token_is_not_replaced_by_the_machine(store, settings):
    answer = browser(store, settings).get("/", headers={"authorization": "Bearer x"})
    assert answer.status_code == 401


def test_nothing_is_read_in_the_clear_from_another_machine(client, store, settings):
    known = settings.model_copy(update={"web_url": "http://p.example"})
    answer = browser(store, known, "http://p.example").get("/login")
    assert answer.status_code == 403
    assert "PIPEWEAVE_BEHIND_TLS_PROXY" in answer.json()["message"]
    ended = known.model_copy(update={"behind_tls_proxy": True})
    assert browser(store, ended, "http://p.example").get("/login").status_code == 200


def test_a_form_is_bounded(client):
    answer = client.post("/login", content=b"name=" + b"a" * 9000, headers=OWN)
    assert answer.status_code == 422
    many = "&".join(f"n{i}=1" for i in range(30))
    assert client.post("/login", content=many, headers=OWN).status_code == 422


@pytest.mark.parametrize(
    ("target", "followed"),
    [("/datasets/a?b=c", True), ("http://127.0.0.1:3001/runs", True), ("//evil.example", False),
     ("https://evil.example/", False), ("/\\evil.example", False), ("javascript:alert(1)", False),
     ("http://127.0.0.1@evil.example/", False), ("http://a@127.0.0.1/", False), ("", False),
     ("/a\r\nSet-Cookie: x=y", False), ("http://[", False), ("\t//evil.example", False)],
)  # fmt: skip
def test_the_login_leads_to_no_foreign_page(settings, target, followed):
    assert safe_target(target, settings) == (target if followed else "/")


def test_without_a_key_a_login_says_what_is_missing(store, settings, client):
    keyless = settings.model_copy(update={"jwt_secret_key": None})
    answer = log_in(browser(store, keyless))
    assert answer.status_code == 422
    assert "JWT_SECRET_KEY is not set" in answer.text


def test_the_proxy_learns_who_may_pass(client, store):
    asked = {"x-forwarded-host": "127.0.0.1:3000", "x-forwarded-uri": "/runs", **HTML}
    answer = client.get("/auth?needs=viewer", headers=asked)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("http://127.0.0.1:8000/login?next=")
    assert answer.headers["location"].endswith("http%3A%2F%2F127.0.0.1%3A3000%2Fruns")
    posted = client.get("/auth?needs=viewer", headers={**asked, "x-forwarded-method": "POST"})
    assert posted.status_code == 401
    script = client.get("/auth?needs=viewer", headers={"x-forwarded-method": "GET"})
    assert (script.status_code, script.json()["code"]) == (401, "UNAUTHORIZED")
    log_in(client)
    passed = client.get("/auth?needs=viewer", headers=asked)
    assert passed.status_code == 204
    assert passed.headers["x-pipeweave-user"] == "ada"
    assert passed.headers["x-pipeweave-role"] == "editor"
    for query in ("?needs=admin", ""):
        assert client.get(f"/auth{query}", headers=asked).status_code == 403
    assert client.get("/auth?needs=anything").status_code == 422


def test_a_private_data_set_is_neither_listed_nor_shown(client, store):
    for name in ("hers", "his"):
        store.storage.put(f"datasets/{name}/runs/r.json", b"{}")
        set_owner(store, name, {"hers": "ada", "his": "bob"}[name])
    log_in(client)
    listed = client.get("/").text
    assert ("/datasets/hers" in listed, "/datasets/his" in listed) == (True, False)
    hidden, absent = client.get("/datasets/his"), client.get("/datasets/none")
    assert hidden.status_code == absent.status_code == 404


def test_an_upload_for_a_data_set_that_a_file_gives_to_somebody_is_theirs_alone(
    client, store, settings
):
    """Before its first run begins, which may wait, nobody has recorded the owner."""
    store.storage.put("uploads/churn/pipeweave.yaml", b"owner: ada\n")
    add_user(store, "eve", Role.EDITOR, None)

    def status(name, dataset="churn"):
        someone = browser(store, settings)
        someone.headers["authorization"] = f"Bearer {make_token(store, name)[1]}"
        wanted = {"dataset": dataset, "file_name": "a.csv"}
        return someone.post("/api/v1/datasets/upload-url", json=wanted).status_code

    assert (status("eve"), status("ada"), status("eve", "other")) == (404, 201, 201)
    set_owner(store, "churn", None)  # the command has given it to all
    assert status("eve") == 201


def test_a_member_of_the_owning_team_is_let_in_until_they_leave_it(client, store, settings):
    publish(RunState(store, "theirs", "run"), set())
    set_owner(store, "theirs", "risk")
    set_teams(store, "ada", ["risk"])
    log_in(client)
    script = browser(store, settings)
    script.headers["authorization"] = f"Bearer {make_token(store, 'ada')[1]}"
    add_user(store, "eve", Role.EDITOR, None)
    stranger = browser(store, settings)
    stranger.headers["authorization"] = f"Bearer {make_token(store, 'eve')[1]}"

    def statuses(someone):
        places = ("/datasets/theirs", "/api/v1/datasets/theirs")
        listed = "/datasets/theirs" in someone.get("/").text
        return [someone.get(place).status_code for place in places], listed

    assert statuses(client) == statuses(script) == ([200, 200], True)
    assert statuses(stranger) == ([404, 404], False)
    set_teams(store, "ada", ["sales"])
    assert statuses(client) == statuses(script) == ([404, 404], False)
    set_teams(store, "eve", ["risk"])
    assert statuses(stranger) == ([200, 200], True)
