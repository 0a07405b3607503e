"""Attacks on the real application, one line each: every one is refused, and nothing happens.

They are sent to the pages and the HTTP API behind their real login, as a stranger, or with the
session or token of a user. `services` and the browser have tests of their own; this is the list.
"""

import dataclasses
import json
import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from argon2 import PasswordHasher

from pipeweave_dagster.adapters.sources.address import parse_address
from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.cli.support.home import settings as command_settings
from pipeweave_dagster.core.access import Role
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.core.landing import parse_settings
from pipeweave_dagster.core.sources import parse_source
from pipeweave_dagster.services.ownership import set_owner
from pipeweave_dagster.services.pull import connection_of
from pipeweave_dagster.services.upload_addresses import open_ticket
from pipeweave_dagster.services.users import passwords
from pipeweave_dagster.services.users.api_tokens import make_token
from pipeweave_dagster.services.users.directory import add_user
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web import create_app
from pipeweave_dagster_tests.servers.stand_in_dagster import StandInDagster

with warnings.catch_warnings():  # it still works with httpx, which newer releases deprecate
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

PASSWORD = "five words make a pass"
MARK = "forged"
EVIL = "https://evil.example"
SCRIPT = f"<script>{MARK}</script>"
METADATA = "http://169.254.169.254/latest"
JSON = {"content-type": "application/json"}
HTML = {"accept": "text/html"}
ID, RUN, SHA = "0" * 32, "0" * 36, "0" * 64
JOBS = "/api/v1/training/jobs"
MINE = {"dataset": "mine"}
JOB = {"headers": JSON, "content": json.dumps(MINE)}
# The claims of an administrator under the algorithm "none".
UNSIGNED = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290Iiwia2luZCI6ImFjY2VzcyIsInJvbGUiOiJhZG1pbiJ9."


class Attack(NamedTuple):
    """A request, and the status that refuses it.

    `who` is nobody, the session of an editor in a browser (`session`), or a token (`editor`,
    `viewer`, `admin`).
    """

    name: str
    who: str
    method: str
    path: str
    status: int
    more: dict[str, Any] = {}


def job(**headers: str) -> dict[str, Any]:
    """A valid request for a job, with further headers."""
    return {"headers": JSON | headers, "content": json.dumps(MINE)}


def asked(**body: Any) -> dict[str, Any]:
    """A request for something about the sender's own data set, with further fields."""
    return {"json": MINE | body}


def file_named(name: str) -> dict[str, Any]:
    """The form of a file."""
    return {"files": {"file": (name, b"a,b\n1,2\n", "text/csv")}, "data": {"dataset": "mine"}}


ATTACKS = [
    # -- other sites: CORS, CSRF, DNS rebinding --------------------------------------------------
    Attack("preflight of another site", "session", "OPTIONS", JOBS, 403,
           {"headers": {"origin": EVIL, "access-control-request-method": "POST"}}),
    Attack("preflight for a form", "session", "OPTIONS", "/upload", 405,
           {"headers": {"origin": EVIL, "access-control-request-method": "POST"}}),
    Attack("preflight by nobody", "nobody", "OPTIONS", JOBS, 401,
           {"headers": {"origin": EVIL, "access-control-request-method": "POST"}}),
    Attack("reading from another site", "session", "GET", JOBS, 403, {"headers": {"origin": EVIL}}),
    Attack("job from another site", "session", "POST", JOBS, 403, job(origin=EVIL)),
    Attack("job from a sandboxed frame", "session", "POST", JOBS, 403, job(origin="null")),
    Attack("job from another port", "session", "POST", JOBS, 403, job(origin="http://127.0.0.1:9")),
    Attack("job by a fetch across sites", "session", "POST", JOBS, 403,
           job(**{"sec-fetch-site": "cross-site"})),
    Attack("job from a sibling domain", "session", "POST", JOBS, 403,
           job(**{"sec-fetch-site": "same-site"})),
    Attack("JSON as plain text", "session", "POST", JOBS, 422,
           {"headers": {"content-type": "text/plain"}, "content": json.dumps(MINE)}),
    Attack("JSON as a form", "session", "POST", JOBS, 422, {"data": {json.dumps(MINE): ""}}),
    Attack("form without its token", "session", "POST", "/datasets/mine/run", 403,
           {"data": {"form_token": ""}}),
    Attack("form with a guessed token", "session", "POST", "/datasets/mine/run", 403,
           {"data": {"form_token": SHA}}),
    Attack("form with the token of another", "editor", "POST", "/datasets/mine/run", 403,
           {"data": {"form_token": "{token of session}"}}),
    Attack("form from another site", "session", "POST", "/datasets/mine/run", 403,
           {"data": {"form_token": "{token of session}"}, "headers": {"origin": EVIL}}),
    Attack("log out from another site", "session", "POST", "/logout", 403,
           {"headers": {"origin": EVIL}}),
    Attack("log in from another site", "nobody", "POST", "/login", 403,
           {"headers": {"origin": EVIL}, "data": {"name": "ada", "password": PASSWORD}}),
    Attack("rebound host name", "session", "GET", "/", 403, {"headers": {"host": "evil.example"}}),
    Attack("host name behind a user", "session", "GET", "/", 403,
           {"headers": {"host": "127.0.0.1@evil.example"}}),
    Attack("host name that begins as ours", "session", "GET", "/", 403,
           {"headers": {"host": "127.0.0.1.evil.example"}}),
    Attack("two host names", "session", "GET", "/", 403,
           {"headers": [("host", "127.0.0.1"), ("host", "evil.example")]}),
    # -- somebody else ---------------------------------------------------------------------------
    Attack("headers of the proxy", "nobody", "GET", "/users", 401,
           {"headers": {"x-pipeweave-user": "root", "x-pipeweave-role": "admin"}}),
    Attack("address of this machine", "nobody", "GET", "/", 401,
           {"headers": {"x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1"}}),
    Attack("unsigned session", "nobody", "GET", "/", 401,
           {"headers": {"cookie": f"pipeweave_access={UNSIGNED}; pipeweave_refresh={UNSIGNED}"}}),
    Attack("guessed token", "nobody", "GET", JOBS, 401,
           {"headers": {"authorization": "Bearer pipeweave_guessed"}}),
    Attack("token in the address", "nobody", "GET", f"{JOBS}?token=x&authorization=x", 401),
    Attack("login at the proxy's question", "nobody", "GET", "/auth?needs=viewer", 401,
           {"headers": {"x-forwarded-host": "evil.example", "x-forwarded-uri": "/"}}),
    Attack("answer of no provider", "nobody", "GET", f"/login/callback?code=x&state=x&iss={EVIL}",
           401),
    Attack("file without its ticket", "nobody", "PUT", f"/api/v1/uploads/{ID}", 422,
           {"content": b"x"}),
    Attack("file with a guessed ticket", "nobody", "PUT", f"/api/v1/uploads/{ID}", 404,
           {"content": b"x", "headers": {"x-upload-token": "x" * 43}}),
    Attack("viewer starts a job", "viewer", "POST", JOBS, 403, JOB),
    Attack("editor reads the audit log", "editor", "GET", "/audit", 403),
    Attack("editor makes an administrator", "editor", "POST", "/users", 403,
           {"data": {"name": "eve", "role": "admin", "form_token": SHA}}),
    Attack("page of another's data set", "editor", "GET", "/datasets/theirs", 404),
    Attack("another's data set", "editor", "GET", "/api/v1/datasets/theirs", 404),
    Attack("address for another's data set", "editor", "POST", "/api/v1/datasets/upload-url", 404,
           {"json": {"dataset": "theirs"}}),
    Attack("another's upload", "editor", "POST", "/api/v1/datasets/theirs/complete", 404,
           {"json": {"upload_id": "{ticket}", "size_bytes": 1, "sha256": SHA}}),
    Attack("another's upload as one's own", "editor", "POST", "/api/v1/datasets/mine/complete", 404,
           {"json": {"upload_id": "{ticket}", "size_bytes": 1, "sha256": SHA}}),
    Attack("preview of another's upload", "editor", "GET", "/upload/{ticket}", 404),
    Attack("job on another's data set", "editor", "POST", JOBS, 404,
           {"json": {"dataset": "theirs"}}),
    Attack("answer about another's data set", "editor", "POST", "/api/v1/findings/theirs/answers",
           404, {"json": {"answers": [{"do": "accept", "code": "all"}]}}),
    Attack("batch for another's data set", "editor", "POST", "/datasets/theirs/predict", 404,
           {"data": {"form_token": SHA}}),
    # -- paths -----------------------------------------------------------------------------------
    Attack("report above its folder", "editor", "GET", "/reports/%2e%2e/%2e%2e", 404),
    Attack("report of a user's record", "editor", "GET",
           f"/reports/{SHA}/..%2f..%2fusers%2fada.json", 404),
    Attack("source of the server", "editor", "GET", "/static/..%2fmain.py", 404),
    Attack("data set above its folder", "editor", "GET", "/datasets/%2e%2e", 422),
    Attack("data set with a slash", "editor", "GET", "/datasets/..%2f..%2fusers", 404),
    Attack("data set encoded twice", "editor", "GET", "/datasets/%252e%252e%252fusers", 404),
    Attack("data set with backslashes", "editor", "GET", "/datasets/..%5c..%5cusers", 422),
    Attack("data set with a zero byte", "editor", "GET", "/datasets/mine%00.html", 422),
    Attack("data set in overlong UTF-8", "editor", "GET", "/datasets/%c0%ae%c0%ae", 422),
    Attack("data set of the API", "editor", "GET", "/api/v1/datasets/%2e%2e%5cusers", 422),
    Attack("job on a file elsewhere", "editor", "POST", JOBS, 404, asked(upload="../../raw/x")),
    Attack("preview of a user's record", "editor", "GET", "/upload/..%2f..%2fusers%2fada", 404),
    Attack("batch above its folder", "editor", "GET", "/datasets/mine/batches/%2e%2e/csv", 404),
    Attack("batch of the API", "editor", "GET", "/api/v1/predictions/mine/%2e%2e/file", 404),
    Attack("file past the gate of uploads", "nobody", "PUT",
           "/api/v1/uploads/..%2fpipelines%2fmine", 404, {"headers": JSON, "content": b"{}"}),
    # -- SQL, YAML, HTML, headers, log -----------------------------------------------------------
    Attack("SQL in a data set", "editor", "GET", "/api/v1/datasets/x' OR '1'='1", 422),
    Attack("SQL in a filter", "editor", "GET", f"{JOBS}?dataset=x'; DROP TABLE runs; --", 422),
    Attack("SQL in a job", "editor", "GET", f"{JOBS}/{RUN[:-4]}' --", 422),
    Attack("SQL in a cursor", "editor", "GET", f"{JOBS}?after=' UNION SELECT 1 --", 422),
    Attack("SQL in a version", "admin", "POST", "/api/v1/models/mine/promote", 422,
           {"json": {"version": "1' OR name LIKE '%"}}),
    Attack("SQL in a version of the page", "admin", "GET", "/datasets/mine/try?version=1'--", 404),
    Attack("YAML tag in a metric", "editor", "POST", JOBS, 422,
           asked(metric="!!python/object/apply:os.system ['id']")),
    Attack("YAML lines in a metric", "editor", "POST", JOBS, 422,
           asked(metric="auc\nquality: thorough")),
    Attack("YAML lines in a data set", "editor", "POST", "/api/v1/datasets/upload-url", 422,
           {"json": {"dataset": "mine\nquality: thorough"}}),
    Attack("HTML in a data set", "editor", "GET", f"/datasets/{SCRIPT}", 404, {"headers": HTML}),
    Attack("HTML in a page", "editor", "GET", f"/nothing{SCRIPT}", 404, {"headers": HTML}),
    Attack("HTML in a query", "editor", "GET", f"/upload?dataset={SCRIPT}", 422, {"headers": HTML}),
    Attack("HTML in a user", "admin", "POST", "/users", 422,
           {"data": {"name": SCRIPT, "role": "viewer", "form_token": "{token}"}, "headers": HTML}),
    Attack("HTML in a login", "nobody", "POST", "/login", 401,
           {"data": {"name": SCRIPT, "password": "x", "next": f'"><{SCRIPT}'}, "headers": HTML}),
    Attack("script as the next page", "nobody", "POST", "/login", 401,
           {"data": {"name": "x1", "password": "x", "next": f"javascript:{MARK}"},
            "headers": HTML}),
    Attack("header in a path", "nobody", "GET", f"/login%0d%0aset-cookie:%20{MARK}=1", 401),
    Attack("header in the next page", "nobody", "GET", f"/x?next=%0d%0aset-cookie:%20{MARK}=1",
           401),
    Attack("header in a request id", "nobody", "GET", "/", 401,
           {"headers": {"x-request-id": f"1\r\nset-cookie: {MARK}=1"}}),
    Attack("header in a file name", "editor", "POST", "/api/v1/datasets/upload-url", 422,
           asked(file_name=f"a\r\nset-cookie: {MARK}=1")),
    Attack("line of the log in a login", "nobody", "POST", "/login", 401,
           {"data": {"name": f"x2\n{MARK} INFO root logged in", "password": "x"}}),
    Attack("line of the log in a path", "editor", "GET", f"/nothing%0a{MARK} INFO all is well",
           404),
    # -- requests of the server to elsewhere (SSRF) ----------------------------------------------
    Attack("job with another S3 server", "editor", "POST", JOBS, 422,
           asked(s3_endpoint_url=METADATA)),
    Attack("job with another storage", "editor", "POST", JOBS, 422, asked(storage="s3://evil/x")),
    Attack("job with another registry", "editor", "POST", JOBS, 422, asked(tracking_uri=METADATA)),
    Attack("upload that is to be fetched", "editor", "POST", "/api/v1/datasets/upload-url", 422,
           asked(url="file:///etc/passwd")),
    Attack("pipeline from an address", "editor", "PUT", "/api/v1/pipelines/mine", 422,
           {"json": {"pipeline": METADATA}}),
    Attack("provider of the sender's choice", "nobody", "GET", f"/login/provider?issuer={METADATA}",
           422),
    # -- names of uploads ------------------------------------------------------------------------
    *(
        Attack(f"{how}: {kind}", "editor", "POST", path, 422, made(name))
        for how, path, made in (
            ("address", "/api/v1/datasets/upload-url", lambda n: asked(file_name=n)),
            ("form", "/upload", file_named),
            ("batch", "/datasets/mine/predict", lambda n: file_named(n) | {"as": "batch"}),
        )
        for kind, name in (
            ("a path", "../../users/ada.json"),
            ("a path of Windows", "..\\..\\users\\ada.json"),
            ("settings", "pipeweave.yaml"),
            ("hidden settings", "...pipeweave.yaml"),
            ("a pull", "mine.pull.json"),
        )
    ),
    Attack("address: a zero byte", "editor", "POST", "/api/v1/datasets/upload-url", 422,
           asked(file_name="a.csv\0.html")),
    Attack("address: too long", "editor", "POST", "/api/v1/datasets/upload-url", 422,
           asked(file_name="a" * 201)),
    # -- too much --------------------------------------------------------------------------------
    Attack("body of more than a megabyte", "editor", "POST", JOBS, 422,
           {"headers": JSON, "content": b" " * (1 << 20) + b"{}"}),
    Attack("body without an end", "editor", "POST", JOBS, 422,
           {"headers": JSON, "content": "{stream}"}),
    Attack("body of much depth", "editor", "POST", JOBS, 422,
           {"headers": JSON, "content": b"[" * 100_000}),
    Attack("number of much length", "editor", "POST", JOBS, 422,
           {"headers": JSON, "content": b'{"time_budget_s": ' + b"9" * 5000 + b"}"}),
    Attack("too many rows", "viewer", "POST", "/api/v1/predictions/mine", 422,
           {"json": {"rows": [{"a": 1}] * 1001}}),
    Attack("page of too many", "editor", "GET", "/api/v1/datasets?page_size=100000", 422),
    Attack("form of too many fields", "editor", "POST", "/datasets/mine/settings", 422,
           {"data": {f"n{n}": "1" for n in range(5_001)}}),
    Attack("form of more than a megabyte", "editor", "POST", "/datasets/mine/settings", 422,
           {"content": b"a=" + b"1" * (1 << 20), "headers": {"content-type":
            "application/x-www-form-urlencoded"}}),
    Attack("field that is too long", "editor", "POST", "/datasets/mine/settings", 422,
           {"data": {"form_token": "a" * 2_001}}),
    Attack("login that is too long", "nobody", "POST", "/login", 422,
           {"content": b"name=" + b"a" * 9_000}),
    Attack("file that is too large", "editor", "POST", "/upload", 422,
           {"files": {"file": ("a.csv", b"x" * (3 << 20), "text/csv")}}),
    Attack("two files at once", "editor", "POST", "/upload", 422,
           {"files": [("file", ("a.csv", b"x")), ("file", ("b.csv", b"x"))]}),
    # -- methods ---------------------------------------------------------------------------------
    Attack("log out by a link", "session", "GET", "/logout", 405),
    Attack("cancel by a link", "editor", "GET", "/datasets/mine/run/cancel", 405),
    Attack("method in a header", "editor", "GET", "/datasets/mine/models/promote", 405,
           {"headers": {"x-http-method-override": "POST"}}),
    Attack("method in a field", "editor", "POST", "/datasets/mine", 405,
           {"data": {"_method": "DELETE"}}),
    Attack("deletion of a user", "admin", "DELETE", "/users/ada/remove", 405),
    Attack("change of the audit log", "admin", "PUT", "/audit", 405),
    Attack("health that is written", "editor", "POST", "/health", 405),
    Attack("trace", "editor", "TRACE", "/", 405),
    Attack("unknown method", "editor", "BREW", "/", 405),
    Attack("head of jobs", "editor", "HEAD", JOBS, 405),
    Attack("patch of a pipeline", "editor", "PATCH", "/api/v1/pipelines/mine", 405, {"json": {}}),
]  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Target:
    """The application, and who sends requests to it."""

    store: DocumentStore
    dagster: StandInDagster
    clients: dict[str, TestClient]
    ticket: str

    def stored(self) -> dict[str, str]:
        """Everything that is stored, but for what was recorded of the attempts."""
        listed = self.store.storage.list("")
        return {o.key: o.version for o in listed if not o.key.startswith("audit/")}

    def token(self, who: str) -> str:
        """The token that the forms of somebody carry."""
        page = self.clients[who].get("/upload", headers=HTML).text
        return page.partition('name="form_token" value="')[2][:64]


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    settings = Settings(
        home=tmp_path_factory.mktemp("attacked"),
        jwt_secret_key="0123456789abcdef0123456789abcdef",  # type: ignore[arg-type]
        api_requests_per_minute=1_000_000,
        max_dataset_size_mb=1,
    )
    store, dagster = DocumentStore(open_storage(settings), settings.cache_folder), StandInDagster()
    app = create_app(store, settings, dagster)
    with pytest.MonkeyPatch.context() as patch:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_hasher", lambda: cheap)
        clients = {}
        for who, role in (
            ("session", "editor"),
            *((r.value, r.value) for r in Role),
            ("nobody", ""),
        ):
            clients[who] = _client(app)
            if role:
                add_user(store, f"a-{who}", Role(role), PASSWORD)
            if role and who != "session":
                _, secret = make_token(store, f"a-{who}")
                clients[who].headers["authorization"] = f"Bearer {secret}"
        fields = {"name": "a-session", "password": PASSWORD}
        assert clients["session"].post("/login", data=fields).status_code == 303
        for dataset in ("mine", "theirs"):
            store.storage.put(f"uploads/{dataset}/a.csv", b"a,b\n1,2\n")
        set_owner(store, "theirs", "bob")
        ticket = open_ticket(store, settings, "theirs", "a.csv")["upload_id"]
        yield Target(store, dagster, clients, ticket)


def _client(app: Any) -> TestClient:
    return TestClient(
        app, base_url="http://127.0.0.1", raise_server_exceptions=False, follow_redirects=False
    )


def filled(more: Any, values: dict[str, Callable[[], Any]]) -> Any:
    """The parts of a request, with what is only known once the application runs."""
    if isinstance(more, dict):
        return {key: filled(value, values) for key, value in more.items()}
    return values[more]() if isinstance(more, str) and more in values else more


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_refused_and_changes_nothing(target, attack, caplog):
    before = target.stored()
    target.dagster.launched.clear()
    values = {
        "{ticket}": lambda: target.ticket,
        "{token}": lambda: target.token(attack.who),
        "{token of session}": lambda: target.token("session"),
        "{stream}": lambda: iter([b" " * (64 << 10)] * 20),
    }
    more = filled(attack.more, values)
    if "files" in more:  # a form of its own page, whose file alone is wrong
        more["data"] = {
            **more.get("data", {}), "as": more.pop("as", ""), "form_token": target.token(attack.who)
        }  # fmt: skip
    path = attack.path.replace("{ticket}", target.ticket)
    answer = target.clients[attack.who].request(attack.method, path, **more)

    assert answer.status_code == attack.status, answer.text
    if "json" in answer.headers["content-type"] and attack.method != "HEAD":
        code = ErrorCode(answer.json()["code"])
        assert attack.status in {code.http_status, 405}
    assert SCRIPT not in answer.text or "json" in answer.headers["content-type"]
    assert "access-control-allow-origin" not in answer.headers
    assert not [c for c in answer.headers.get_list("set-cookie") if MARK in c]
    assert not [line for line in caplog.text.splitlines() if line.startswith(MARK)]
    assert target.stored() == before
    assert target.dagster.launched == []


def test_the_list_is_long_and_each_attack_has_a_name_of_its_own():
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 40
    assert all(400 <= attack.status < 500 for attack in ATTACKS)


def test_what_is_refused_to_attackers_works_for_others(target):
    """Else the list could pass because nothing works at all."""
    answer = target.clients["editor"].post(JOBS, json=MINE)
    assert answer.status_code == 202
    assert len(target.dagster.launched) == 1
    target.dagster.launched.clear()
    body = MINE | {"file_name": "Größe\u202f(1).csv"}
    assert (
        target.clients["editor"].post("/api/v1/datasets/upload-url", json=body).status_code == 201
    )


# -- what no request carries: files of folders and of the storage ---------------------------------

BOMB = b"a: &a [x, x, x, x, x, x, x, x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (n, n, b", ".join([b"*%c" % (n - 1)] * 8)) for n in range(98, 110)
)


def endpoint(address: str) -> Callable[[], Any]:
    return lambda: settings_with("", S3_ENDPOINT_URL=address)


def settings_with(env_file: str, **environment: str) -> Settings:
    """What a command reads that is started in a folder with this `.env`."""
    os.environ |= environment  # the fixture `home` restores it
    Path(".env").write_text(env_file)
    return command_settings.__wrapped__()


def source(text: str) -> Callable[[], Any]:
    return lambda: parse_source(b"kind: postgres\nconnection: SHOP_DB\n" + text.encode(), "shop")


def connected(variable: str, address: str) -> Callable[[], Any]:
    """A source that names this variable of the environment."""
    named = f"kind: cratedb\nconnection: {variable}\ntable: a\n".encode()
    return lambda: connection_of(
        settings_with("", **{variable: address}), parse_source(named, "shop")
    )


CALLS: dict[str, Callable[[], Any]] = {
    "S3 server that is a file": endpoint("file:///etc/passwd"),
    "S3 server that is another protocol": endpoint("gopher://127.0.0.1:6379/_FLUSHALL"),
    "S3 server that has the machine's keys": endpoint(METADATA),
    "S3 server that has them as a number": endpoint("http://2852039166/"),
    "S3 server that has them in hexadecimal": endpoint("http://0xA9FEA9FE/"),
    "S3 server that has them in IPv6": endpoint("http://[::ffff:169.254.169.254]/"),
    "S3 server that has them by a name": endpoint("http://metadata.google.internal/"),
    "S3 server behind a user": endpoint("http://s3.example.org@evil.example/"),
    "env file that takes the advisor's key": lambda: settings_with(
        f"PIPEWEAVE_ADVISOR=gemini\nPIPEWEAVE_ADVISOR_ENDPOINT={EVIL}\n", GOOGLE_API_KEY="a"
    ),
    "env file that takes the provider's secret": lambda: settings_with(
        f"oidc_issuer={EVIL}\n", OIDC_CLIENT_SECRET="a"
    ),
    "env file with a secret in an address": lambda: settings_with(
        f"S3_ENDPOINT_URL={EVIL}/${{AWS_SECRET_ACCESS_KEY}}\n", AWS_SECRET_ACCESS_KEY="a"
    ),
    "env file with a password in an address": lambda: settings_with(
        f"MLFLOW_TRACKING_URI={EVIL}/${{SHOP}}\n", SHOP="mysql://ann:geheim@db/shop"
    ),
    "source that is an address": source("table: a\nconnection: http://169.254.169.254/\n"),
    "source at the machine's keys": lambda: parse_address("cratedb", METADATA, "SHOP_DB"),
    "source at PipeWeave's own database": connected("DATABASE_URL", "http://a:geheim@127.0.0.1"),
    "source at the machine's proxy": connected("HTTPS_PROXY", "http://proxy.example:3128"),
    "source that reads a file": source("query: SELECT pg_read_file('/etc/passwd')\n"),
    "source that runs a program": source("query: COPY (SELECT 1) TO PROGRAM 'id'\n"),
    "source that asks another server": source(
        "query: SELECT * FROM dblink('x', 'y') AS t(a int)\n"
    ),
    "source of two statements": source("query: SELECT 1; DROP TABLE users\n"),
    "settings that make an object": lambda: parse_settings(
        b"target: !!python/object/apply:os.system ['id']\n"
    ),
    "settings that grow": lambda: parse_settings(BOMB),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_files_and_settings_lead_nowhere(call):
    with pytest.raises(PipeWeaveError) as refused:
        call()
    assert refused.value.code in {ErrorCode.VALIDATION_ERROR, ErrorCode.FORBIDDEN}
    assert refused.value.fix
    assert "geheim" not in refused.value.text
