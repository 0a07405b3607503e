"""Every route of pages and API that changes something leaves one entry in the audit log.

The routes are those of the application, so a new one fails until it is classified here.
"""

import contextlib
import dataclasses
import hashlib
import shutil
import uuid
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from argon2 import PasswordHasher
from starlette.routing import Mount

from pipeweave_dagster.adapters.state import Attempt, DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.access import Principal, Role
from pipeweave_dagster.core.evaluation import Promotion
from pipeweave_dagster.services import audit, promotion
from pipeweave_dagster.services.champion import set_alias
from pipeweave_dagster.services.promotion_gate import Gate
from pipeweave_dagster.services.usable_versions import Usable
from pipeweave_dagster.services.users import passwords
from pipeweave_dagster.services.users.directory import add_user
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web import create_app
from pipeweave_dagster.web.front_door import FrontDoor
from pipeweave_dagster.web.work.benches import Benches
from pipeweave_dagster_tests.factories.checked_dataset import put_checked
from pipeweave_dagster_tests.factories.registry import Registry, register
from pipeweave_dagster_tests.integration.stored_home import unpack
from pipeweave_dagster_tests.servers.stand_in_dagster import StandInDagster
from pipeweave_dagster_tests.web.api.conftest import STORED

with warnings.catch_warnings():  # it still works with httpx, which newer releases deprecate
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
ROOT = Principal("root", Role.ADMIN, "session")
PASSWORD = "five words make a pass"
DATA = b"x,y\n1,a\n2,b\n"
SHA = hashlib.sha256(DATA).hexdigest()


class Bench(Registry):
    """Calls in this process what a worker would be given, and knows a registry in memory."""

    def on_data(self, function: Any, /, **arguments: Any) -> Any:
        """The function's answer."""
        return function(**arguments)

    def on_files(self, _files: Any, function: Any, /, **arguments: Any) -> Any:
        """The function's answer."""
        return function(**arguments)


@dataclasses.dataclass
class Site:
    """The pages and the API, and how many entries there were before the last request."""

    client: TestClient
    store: DocumentStore
    dagster: StandInDagster
    before: int = 0

    def entries(self) -> list[audit.AuditEntry]:
        """The audit log, the oldest first."""
        return sorted(audit.entries(self.store), key=lambda entry: entry.at)

    def api(self, method: str, path: str, **body: Any) -> Any:
        """Send a request to the API."""
        return self.sent(method, f"/api/v1{path}", json=body)

    def form(self, path: str, files: Any = None, **fields: str) -> Any:
        """Send a form of the pages."""
        page = self.client.get("/upload", headers={"accept": "text/html"}).text
        token = page.partition('name="form_token" value="')[2][:64]
        fields = {name.replace("__", "-"): value for name, value in fields.items()}
        return self.sent("POST", path, data={**fields, "form_token": token}, files=files)

    def sent(self, method: str, path: str, **more: Any) -> Any:
        """Send a request, and follow nothing."""
        self.before = len(self.entries())
        answer = self.client.request(method, path, follow_redirects=False, **more)
        expected = {200, 201, 202} if path.startswith("/api/") else {303}
        assert answer.status_code in expected, answer.text
        return answer


def upload_address(site: Site) -> dict[str, Any]:
    return site.api("POST", "/datasets/upload-url", dataset="new").json()["data"]


def send_file(site: Site) -> dict[str, Any]:
    address = upload_address(site)
    place = f"/api/v1/uploads/{address['upload_id']}"
    site.sent("PUT", place, content=DATA, headers=address["headers"])
    return address


def complete(site: Site) -> None:
    body = {"upload_id": send_file(site)["upload_id"], "size_bytes": len(DATA), "sha256": SHA}
    site.api("POST", "/datasets/new/complete", **body)


def cancel_job(site: Site) -> None:
    site.api("POST", f"/training/jobs/{site.dagster.add('STARTED')}/cancel")


def cancel_run(site: Site) -> None:
    run_id = site.dagster.add("STARTED", "checked")
    site.store.save_attempt("checked", Attempt(run_id=run_id, started_at=1.0, state="running"))
    site.form("/datasets/checked/run/cancel", run_id=run_id)


def wait(site: Site) -> str:
    file = {"file": ("waiting.csv", DATA, "text/csv")}
    return site.form("/upload", files=file, dataset="waiting").headers["location"]


def batch(site: Site) -> None:
    file = {"file": ("week.csv", DATA, "text/csv")}
    site.form("/datasets/demo/predict", files=file, **{"as": "batch"})


def answer(site: Site) -> None:
    document = put_checked(site.store, "checked")
    site.form("/datasets/checked/findings", document=document, answer__0="accept")


def undo(site: Site) -> None:
    answer(site)
    site.form("/datasets/checked/findings/undo", at=repr(site.entries()[-1].at))


def answer_over_http(site: Site) -> None:
    put_checked(site.store, "checked")
    site.api("POST", "/findings/checked/answers", answers=[{"do": "accept", "code": "PW204"}])


def undo_over_http(site: Site) -> None:
    answer_over_http(site)
    site.api("POST", "/findings/checked/undo", answer_id=repr(site.entries()[-1].at))


def roll_back(send: Callable[[Site], Any]) -> Callable[[Site], None]:
    def rolled_back(site: Site) -> None:
        bench = Registry(site.store)
        bench.aliases = site.client.app.state.aliases  # type: ignore[attr-defined]
        for version in ("1", "2"):
            set_alias(bench, "demo", version, "champion")  # type: ignore[arg-type]
        send(site)

    return rolled_back


def user(send: Callable[[Site, str], Any]) -> Callable[[Site], None]:
    def changed(site: Site) -> None:
        name = f"u-{uuid.uuid4().hex[:8]}"
        add_user(site.store, name, Role.VIEWER, PASSWORD)
        send(site, name)

    return changed


def log_in(site: Site, name: str) -> None:
    site.sent("POST", "/login", data={"name": name, "password": PASSWORD})


def log_out(site: Site, name: str) -> None:
    log_in(site, name)
    site.sent("POST", "/logout")


REASON = "because it must"
PROMOTION = {"version": "2", "reason": REASON}
# Route to what it leaves in the audit log, and a valid request.
RECORDED: dict[str, tuple[str, Callable[[Site], Any]]] = {
    "POST /api/v1/datasets/upload-url": ("upload_url", upload_address),
    "POST /api/v1/datasets/{dataset}/complete": ("upload", complete),
    "POST /api/v1/eda/{dataset}/generate": (
        "run", lambda s: s.api("POST", "/eda/penguins/generate")),
    "POST /api/v1/pipelines": ("run", lambda s: s.api("POST", "/pipelines", dataset="penguins")),
    "PUT /api/v1/pipelines/{dataset}": (
        "pipeline", lambda s: s.api("PUT", "/pipelines/penguins", pipeline={"metric": "log_loss"})),
    "POST /api/v1/training/jobs": (
        "run", lambda s: s.api("POST", "/training/jobs", dataset="penguins")),
    "POST /api/v1/training/jobs/{job_id}/cancel": ("cancel", cancel_job),
    "POST /api/v1/models/{dataset}/promote": (
        "promote", lambda s: s.api("POST", "/models/demo/promote", **PROMOTION)),
    "POST /api/v1/models/{dataset}/rollback": (
        "rollback", roll_back(lambda s: s.api("POST", "/models/demo/rollback"))),
    "PUT /api/v1/scheduler/{dataset}": (
        "schedule", lambda s: s.api("PUT", "/scheduler/penguins", enabled=False)),
    "POST /api/v1/findings/{dataset}/answers": ("accept", answer_over_http),
    "POST /api/v1/findings/{dataset}/undo": ("undo_answer", undo_over_http),
    "POST /upload/{upload_id}": ("upload", lambda s: s.form(wait(s))),
    "POST /datasets/{dataset}/settings": (
        "configure", lambda s: s.form("/datasets/penguins/settings", quality="fast")),
    "POST /datasets/{dataset}/run": ("run", lambda s: s.form("/datasets/penguins/run")),
    "POST /datasets/{dataset}/run/cancel": ("cancel", cancel_run),
    "POST /datasets/{dataset}/findings": ("accept", answer),
    "POST /datasets/{dataset}/findings/undo": ("undo_answer", undo),
    "POST /datasets/{dataset}/models/promote": (
        "promote", lambda s: s.form("/datasets/demo/models/promote", **PROMOTION)),
    "POST /datasets/{dataset}/models/rollback": (
        "rollback",
        roll_back(lambda s: s.form("/datasets/demo/models/rollback", reason=REASON))),
    "POST /datasets/{dataset}/predict": ("upload", batch),
    "POST /datasets/{dataset}/schedule": (
        "schedule", lambda s: s.form("/datasets/penguins/schedule", enabled="yes")),
    "POST /users": (
        "user_add", user(lambda s, n: s.form("/users", name=f"{n}2", role="viewer"))),
    "POST /users/{user}/role": (
        "user_role", user(lambda s, n: s.form(f"/users/{n}/role", role="editor"))),
    "POST /users/{user}/teams": (
        "user_teams", user(lambda s, n: s.form(f"/users/{n}/teams", teams="risk"))),
    "POST /users/{user}/password": (
        "user_password", user(lambda s, n: s.form(f"/users/{n}/password", password=PASSWORD))),
    "POST /users/{user}/remove": ("user_remove", user(lambda s, n: s.form(f"/users/{n}/remove"))),
    "POST /login": ("login", user(log_in)),
    "POST /logout": ("logout", user(log_out)),
}  # fmt: skip
# The file waits where nothing looks, for a day; what was asked before and what lands is recorded.
WAITING: dict[str, Callable[[Site], Any]] = {
    "PUT /api/v1/uploads/{upload_id}": send_file,
    "POST /upload": wait,
}
# Forms and bodies because of their size; nothing is stored.
READING = {
    "POST /api/v1/pipelines/{dataset}/validate",
    "POST /api/v1/predictions/{dataset}",
    "POST /datasets/{dataset}/try",
    "POST /datasets/{dataset}/threshold",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("audited")
    shutil.copytree(unpack(STORED, folder / "stored") / "storage", folder / "home" / "storage")
    settings = Settings(
        home=folder / "home",
        jwt_secret_key="0123456789abcdef0123456789abcdef",  # type: ignore[arg-type]
    )
    store, dagster = DocumentStore(open_storage(settings), settings.cache_folder), StandInDagster()
    for version, score in (("1", 0.7), ("2", 0.8)):
        register(store, version, score)
    bench, reader = Registry(store), Bench(store)
    reader.settings = settings  # type: ignore[assignment]
    set_alias(bench, "demo", "1", "champion")  # type: ignore[arg-type]
    with pytest.MonkeyPatch.context() as patch:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_hasher", lambda: cheap)
        patch.setattr(FrontDoor, "identify", lambda *_: ROOT)
        patch.setattr(Benches, "kept", lambda _: contextlib.nullcontext(bench))
        patch.setattr(Benches, "fresh", lambda _: contextlib.nullcontext(reader))
        # Whether the model may is another question; the versions here have no files.
        patch.setattr(promotion, "_require_usable", lambda *_: None)
        patch.setattr(promotion, "first_usable", lambda *known: Usable(known[-1][0], {}))
        decision = Promotion(alias="champion", reason="It is better.")
        patch.setattr(promotion, "gate_of_version", lambda *_: Gate(decision, []))
        app = create_app(store, settings, dagster)
        app.state.aliases = bench.aliases
        yield Site(TestClient(app, base_url="http://127.0.0.1"), store, dagster)


def changing_routes(app: Any) -> set[str]:
    """Return every route of an application that takes more than questions."""
    found = set()
    for route in app.routes:
        if isinstance(route, Mount):
            inner = route.app._made() if hasattr(route.app, "_made") else route.app
            found |= {r.replace(" ", f" {route.path}", 1) for r in changing_routes(inner)}
        elif hasattr(route, "original_router"):  # FastAPI keeps routers that were included
            found |= changing_routes(route.original_router)
        else:
            found |= {f"{m} {route.path}" for m in CHANGING & set(route.methods or ())}
    return found


def test_of_every_changing_route_it_is_known_what_it_records(site):
    known = changing_routes(site.client.app)
    unknown = known - RECORDED.keys() - WAITING.keys() - READING
    assert not unknown, "does it change something? Then it has to call audit.record"
    assert known == RECORDED.keys() | WAITING.keys() | READING


@pytest.mark.parametrize("route", RECORDED)
def test_a_valid_request_leaves_one_entry(site, route):
    action, send = RECORDED[route]
    send(site)
    (entry,) = site.entries()[site.before :]
    assert (entry.action, entry.outcome) == (action, "done")
    assert entry.subject
    assert entry.who == (entry.subject if action in {"login", "logout"} else "root")


@pytest.mark.parametrize("route", WAITING)
def test_a_file_that_waits_is_not_recorded_before_it_lands(site, route):
    landed = {stored.key for stored in site.store.storage.list("uploads/")}
    WAITING[route](site)
    assert site.entries()[site.before :] == []
    assert {stored.key for stored in site.store.storage.list("uploads/")} == landed
