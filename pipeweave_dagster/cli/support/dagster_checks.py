"""Health checks of Dagster: its database, code server, queue and daemon."""

import contextlib
import io
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import yaml

from pipeweave_dagster.adapters.file_systems import networked
from pipeweave_dagster.adapters.health import OffError, UnknownError
from pipeweave_dagster.adapters.http_checks import check_daemon
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.core.errors import PipeWeaveError, unavailable, validation_error
from pipeweave_dagster.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

_CONNECT_TIMEOUT_S = 5


@dataclass
class DagsterParts:
    """Checks through Dagster's instance.

    Args:
        settings: The effective settings.
        strict: Whether a service that is not running counts as red.
    """

    settings: Settings
    strict: bool

    @cached_property
    def _opened(self) -> "dg.DagsterInstance | Exception":
        """Return the instance, or the error."""
        try:
            if (url := self.settings.secret("database_url")) is not None:
                _connect(url)  # at once: Dagster itself tries it again for eleven seconds
            return home.instance()
        except Exception as error:  # noqa: BLE001 - whatever a database client raises
            return error

    def _instance(self) -> "dg.DagsterInstance":
        if isinstance(self._opened, Exception):
            raise UnknownError("unknown without the database")
        return self._opened

    def database(self) -> str:
        """Open the run history; refuse SQLite on a network file system."""
        kind, where = "SQLite", str(self.settings.dagster_home)
        if (url := self.settings.secret("database_url")) is not None:
            kind, where = "Postgres", urlsplit(url).hostname or "?"
        else:
            _refuse_networked(self.settings.dagster_home)
        if isinstance(self._opened, Exception):
            # The client's own message may contain the URL with its password.
            problem = type(self._opened).__name__
            raise unavailable(
                f"The database ({kind}, {where}) cannot be reached ({problem}).",
                fix="Start it, or correct DATABASE_URL.",
            )
        return f"{kind}, {self._opened.get_runs_count():,} runs"

    def code_server(self) -> str:
        """Check the gRPC server that the workspace names."""
        from dagster._grpc.client import DagsterGrpcClient

        path = self.settings.dagster_home / "workspace.yaml"
        if not path.is_file():
            return _not_running("the code server", strict=self.strict)
        where = yaml.safe_load(path.read_text(encoding="utf-8"))["load_from"][0]["grpc_server"]
        address = {name: where[name] for name in ("host", "port", "socket") if name in where}
        if "socket" in address and not Path(address["socket"]).exists():
            return _not_running("the code server", strict=self.strict)
        with contextlib.redirect_stdout(io.StringIO()):  # it prints connection errors
            client: Any = DagsterGrpcClient(**address)
            state = client.health_check_query()
        if state != "SERVING":
            raise unavailable(
                "The code server does not respond.", fix="Restart it, and see its log."
            )
        return "reachable"

    def queue(self) -> str:
        """Count the queued runs."""
        import dagster as dg

        waiting = dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED])
        return f"{self._instance().get_runs_count(waiting)} runs queued"

    def daemon(self) -> str:
        """Return the age of the oldest heartbeat among the daemon's threads."""
        needed = [s for s in self._instance().get_daemon_statuses().values() if s.required]
        last = [s.last_heartbeat.timestamp for s in needed if s.last_heartbeat is not None]
        known = bool(last) and len(last) == len(needed)
        try:
            return check_daemon(time.time() - min(last) if known else None)
        except PipeWeaveError:
            if self.strict:
                raise
            raise OffError("not running; uploads wait until 'pipeweave dev' starts") from None


def _connect(url: str) -> None:
    """Open a connection and close it; raises the error of the database's client."""
    import sqlalchemy

    pool = sqlalchemy.pool.NullPool
    options = {"connect_timeout": _CONNECT_TIMEOUT_S}
    engine = sqlalchemy.create_engine(url, connect_args=options, poolclass=pool)
    with engine.connect():
        pass


def _not_running(part: str, *, strict: bool) -> str:
    if strict:
        raise unavailable(f"{part} is not running.".capitalize(), fix="Start it.")
    raise OffError("not running; 'pipeweave dev' starts it")


def _refuse_networked(folder: Path) -> None:
    """Raise on a network file system: SQLite's locks do not work there, and files get corrupted."""
    kind = networked(folder)
    if kind is not None:
        raise validation_error(
            f"{folder} is on {kind}, where SQLite's file locks do not work.",
            fix="Set PIPEWEAVE_HOME to a local disk, or DATABASE_URL to a Postgres server.",
        )
