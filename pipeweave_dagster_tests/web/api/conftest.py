"""The API over a home that release 0.2.0 wrote, with a stand-in for Dagster, behind a door."""

import shutil
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.routing import Mount

from pipeweave_dagster.adapters.mlflow_store import missing_version
from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.access import Principal, Role
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.services.audit import AuditEntry, entries
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web.api.app import create_api
from pipeweave_dagster.web.api.gate import error_answer
from pipeweave_dagster.web.identity import Identify
from pipeweave_dagster.web.work.benches import Benches
from pipeweave_dagster_tests.factories.registry import Registry, register
from pipeweave_dagster_tests.integration.stored_home import unpack
from pipeweave_dagster_tests.servers.stand_in_dagster import StandInDagster

with warnings.catch_warnings():  # it still works with httpx, which newer releases deprecate
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

STORED = Path(__file__).parents[2] / "integration" / "earlier_release" / "home-0.2.0.tar.xz"


class Door:
    """Believes the header X-Test, `name role`; without it, an administrator. Nothing is bob's."""

    def identify(self, connection: HTTPConnection) -> Principal | None:
        """Return who it says."""
        name, role = connection.headers.get("x-test", "root admin").split()
        return None if name == "nobody" else Principal(name, Role(role), "token")

    def owner_of(self, dataset: str, *, changing: bool) -> str | None:
        """Return bob for `private`."""
        del changing
        return "bob" if dataset == "private" else None


class Bench(Registry):
    """A workbench with a registry in memory."""

    def close(self) -> None:
        """Nothing has to be ended."""

    def on_model(self, function: Any, /, **arguments: Any) -> Any:
        """As a registry that has lost its versions."""
        if function is missing_version:
            return "MLflow has no such version"
        return super().on_model(function, **arguments)


@dataclass(frozen=True)
class Api:
    """The API, and what stands behind it."""

    client: TestClient
    store: DocumentStore
    settings: Settings
    dagster: StandInDagster
    bench: Bench
    app: Starlette

    def ask(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        """Send a request, and return the data of its answer (or its error)."""
        answer = self.client.request(method, f"/api/v1{path}", **more)
        assert answer.status_code == status, answer.text
        content = answer.json()
        if status >= 400:
            assert set(content) == {"code", "message", "details"}
            return content
        assert content["api_version"] == "v1"
        return content["data"]

    def audited(self) -> list[AuditEntry]:
        """All entries of the audit log."""
        return list(entries(self.store))


def make_api(home: Path, hosts: frozenset[str] = frozenset(), **given: Any) -> Api:
    """The API of a home."""
    settings = Settings(home=home, **given)
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    dagster, bench = StandInDagster(), Bench(store)
    api = create_api(store, settings, hosts, dagster=dagster, benches=Benches(lambda: bench))  # type: ignore[arg-type, return-value]
    missing = error_answer(not_found("There is nothing here."))
    app = Starlette(
        routes=[Mount("/api/v1", api)],
        middleware=[Middleware(Identify, door=Door())],
        exception_handlers={404: lambda *_: missing},
    )
    client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
    return Api(client, store, settings, dagster, bench, app)


@pytest.fixture(scope="session")
def stored_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Only read."""
    return unpack(STORED, tmp_path_factory.mktemp("home"))


def copied_api(stored_home: Path, home: Path, **given: Any) -> Api:
    """The API over a copy of the home, with a second data set `demo` of two model versions."""
    shutil.copytree(stored_home / "storage", home / "storage")
    made = make_api(home, **given)
    register(made.store, "1", 0.8)
    register(made.store, "2", 0.6, "challenger")
    made.bench.aliases = {"champion": "1", "challenger": "2"}
    return made


@pytest.fixture
def api(stored_home: Path, tmp_path: Path) -> Api:
    """The API over a home of its own."""
    return copied_api(stored_home, tmp_path / "copy")
