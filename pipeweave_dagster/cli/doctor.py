"""`pipeweave doctor`: does everything answer that PipeWeave stands on."""

import secrets
import shutil
import sys
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
import yaml

from pipeweave_dagster.adapters.filesystems import networked
from pipeweave_dagster.adapters.health import (
    Line,
    OffError,
    UnknownError,
    answers,
    ask_mlflow,
    daemon_in_words,
    in_full,
    is_well,
    measure,
)
from pipeweave_dagster.cli import home
from pipeweave_dagster.cli.output import AsJson, columns, emit
from pipeweave_dagster.core.errors import unavailable, validation_error
from pipeweave_dagster.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

_MIN_FREE_BYTES = 1 << 30


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: `pipeweave doctor --json`")(doctor)


def doctor(
    json: AsJson = False,
    strict: Annotated[
        bool | None,
        typer.Option(help="What is not running counts as red; default in production."),
    ] = None,
) -> None:
    """Check every part that PipeWeave stands on; exit code 1 if one is red."""
    settings = home.prepare()
    production = settings.profile == "production"
    lines = examine(settings, strict=production if strict is None else strict)
    rows = [(line.name, line.state, line.detail) for line in lines]
    checks = [
        {"check": n.name, "state": n.state, "message": n.detail, "seconds": n.seconds}
        for n in lines
    ]
    emit({"checks": checks}, json, columns(["check", "state", "what"], rows, width=160))
    if not is_well(lines):
        sys.exit(1)


def examine(settings: Settings, *, strict: bool) -> list[Line]:
    """One line a part; of what another part must tell, only that one turns red."""
    dagster = _Dagster(settings, strict)
    checks = {
        "version": _version,
        "database": dagster.database,
        "storage": lambda: _storage(settings),
        "mlflow": lambda: _mlflow(settings),
        "code": dagster.code_server,
        "queue": dagster.queue,
        "daemon": dagster.daemon,
        **{name: lambda url=url: answers(url) for name, url in settings.services.items()},
        "disk": lambda: _disk(settings),
    }
    return [measure(name, ask, in_full) for name, ask in checks.items()]


@dataclass
class _Dagster:
    """What Dagster's instance tells; asked once."""

    settings: Settings
    strict: bool

    @cached_property
    def _opened(self) -> "dg.DagsterInstance | None":
        try:
            return home.instance()
        except Exception:  # noqa: BLE001 - whatever a database client raises; see `database`
            return None

    def _instance(self) -> "dg.DagsterInstance":
        if self._opened is None:
            raise UnknownError("cannot be told without the database")
        return self._opened

    def database(self) -> str:
        if self.settings.database_url is None:
            _refuse_networked(self.settings.dagster_home)
        with home.instance() as instance:
            kind = "SQLite" if self.settings.database_url is None else "Postgres"
            return f"{kind}, {instance.get_runs_count():,} runs"

    def code_server(self) -> str:
        """Ask the gRPC server that the workspace names."""
        from dagster._grpc.client import DagsterGrpcClient

        path = self.settings.dagster_home / "workspace.yaml"
        if not path.is_file():
            return _not_running("the code server", strict=self.strict)
        where = yaml.safe_load(path.read_text(encoding="utf-8"))["load_from"][0]["grpc_server"]
        address = {name: where[name] for name in ("host", "port", "socket") if name in where}
        if "socket" in address and not Path(address["socket"]).exists():
            return _not_running("the code server", strict=self.strict)
        state = DagsterGrpcClient(**address).health_check_query()
        if state != "SERVING":
            raise unavailable(f"The code server does not answer ({state}).", fix="Start it again.")
        return "answers"

    def queue(self) -> str:
        import dagster as dg

        waiting = dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED])
        return f"{self._instance().get_runs_count(waiting)} runs wait"

    def daemon(self) -> str:
        beats = self._instance().get_daemon_statuses().values()
        last = [b.last_heartbeat.timestamp for b in beats if b.last_heartbeat is not None]
        try:
            return daemon_in_words(time.time() - max(last) if last else None)
        except OSError:
            if self.strict:
                raise
            raise OffError("not running; uploads wait until 'pipeweave dev' is started") from None


def _not_running(part: str, *, strict: bool) -> str:
    if strict:
        raise unavailable(f"{part} is not running.".capitalize(), fix="Start it.")
    raise OffError("not running; 'pipeweave dev' starts it")


def _refuse_networked(folder: Path) -> None:
    """SQLite's locks do not hold on network file systems: runs fail, or the file breaks."""
    kind = networked(folder)
    if kind is not None:
        raise validation_error(
            f"{folder} lies on {kind}, where SQLite loses its locks.",
            fix="Set PIPEWEAVE_HOME to a local disk, or DATABASE_URL to a Postgres server.",
        )


def _version() -> str:
    from importlib.metadata import version

    packages = ", ".join(f"{name} {version(name)}" for name in ("pipeweave", "dagster", "mlflow"))
    return f"{packages}, Python {sys.version.split()[0]}"


def _storage(settings: Settings) -> str:
    """Write, read and delete an object."""
    with home.workbench() as bench:
        storage, key = bench.store.storage, f"sensors/probe-{secrets.token_hex(8)}"
        storage.put(key, b"probe")
        same = storage.get(key) == b"probe"
        storage.delete(key)
    if not same:
        raise OSError("what was read is not what was written")
    return f"{settings.storage_url} can be written and read"


def _mlflow(settings: Settings) -> str:
    if settings.tracking_uri.startswith(("http://", "https://")):
        return ask_mlflow(settings.tracking_uri)
    with home.workbench() as bench:
        bench.ask_model(
            "pipeweave_dagster.adapters.mlflow_store:prepare_store",
            tracking_uri=settings.tracking_uri,
        )
    return "the store answers"


def _disk(settings: Settings) -> str:
    free = shutil.disk_usage(settings.home).free
    if free < _MIN_FREE_BYTES:
        raise OSError(f"only {free / 1e9:.1f} GB free below {settings.home}")
    return f"{free / 1e9:.0f} GB free below {settings.home}"
