"""`pipeweave dev`: web UI, daemon, MLflow and pages on this machine, watching the landing zone."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from pipeweave_dagster.adapters.child_process import hide_process
from pipeweave_dagster.adapters.mlflow_store import prepare_store
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.dev_lock import alone
from pipeweave_dagster.cli.support.listening import login_warning
from pipeweave_dagster.cli.support.processes import LOOPBACK, Service, free_port
from pipeweave_dagster.cli.support.supervisor import CODE_SERVER, DAEMON, Supervisor
from pipeweave_dagster.settings import ALERT_PREFIX, Settings

# Secrets by what they open; each service gets those that it needs.
_DATABASES = frozenset({"DATABASE_URL", "MLFLOW_BACKEND_STORE_URI"})
_STORES = frozenset({"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"})
_REGISTRY = frozenset({"MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN"})
_REGISTRY |= {"MLFLOW_BACKEND_STORE_URI"}
_LOGIN = frozenset({"JWT_SECRET_KEY", "OIDC_CLIENT_SECRET"})
_HASHES = frozenset({"PIPEWEAVE_PRIVACY_KEY"})
_KEYS = frozenset({"GOOGLE_API_KEY", *(n for n in os.environ if n.startswith(ALERT_PREFIX))})


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: `pipeweave dev --port 3000`")(dev)


def dev(
    port: Annotated[
        int, typer.Option(help="Port of the Dagster web UI; if taken, the next free one.")
    ] = 3000,
    mlflow_port: Annotated[int, typer.Option(help="Port of the MLflow UI.")] = 5000,
    web_port: Annotated[int, typer.Option(help="Port of the data set pages.")] = 8000,
) -> None:
    """Start Dagster, MLflow and the pages on 127.0.0.1 and watch the landing zone until Ctrl-C.

    Only one can run per home; a second one is refused with the address of the first.
    """
    folder = home.prepare().home
    ports = {
        "dagster": free_port(port),
        "mlflow": free_port(mlflow_port),
        "web": free_port(web_port),
    }
    urls = {name: f"http://{LOOPBACK}:{number}" for name, number in ports.items()}
    facts = {"address": urls["dagster"], "pages": urls["web"]}
    if not home.settings().mlflow_tracking_uri:
        facts["mlflow"] = urls["mlflow"]
    with alone(folder, facts):
        _serve(ports, urls)


def _serve(ports: dict[str, int], urls: dict[str, str]) -> None:
    hide_process()
    settings = home.settings()
    os.environ["PIPEWEAVE_DAGSTER_URL"] = urls["dagster"]
    os.environ["PIPEWEAVE_WEB_URL"] = urls["web"]
    os.environ["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] = (
        "false"  # job schedulers that nothing uses here
    )
    if not settings.mlflow_tracking_uri:
        os.environ["PIPEWEAVE_MLFLOW_URL"] = urls["mlflow"]
        # Not on its command line, which every user of this machine can read.
        os.environ["MLFLOW_BACKEND_STORE_URI"] = settings.tracking_uri
    home.settings.cache_clear()
    settings = home.prepare()
    # Created here once; otherwise all services would create it at the same time.
    with home.workbench() as bench, home.instance():
        bench.on_model(prepare_store, tracking_uri=settings.tracking_uri)
        warning = login_warning(settings, bench.store)
    _forget_future_ticks()
    # A Unix socket of its own: gRPC servers may share a port unnoticed, and two installations that
    # start at the same time would then run each other's files.
    with (
        tempfile.TemporaryDirectory(prefix="pipeweave-") as folder,
        Supervisor(
            _services(ports, Path(folder) / "code.sock"), _forget_future_ticks
        ) as supervisor,
    ):
        sys.stderr.write(
            f"Dagster web UI  {urls['dagster']}\n"
            f"Pages, reports  {urls['web']}\n"
            f"MLflow          {settings.mlflow_url}\n"
            f"Landing zone    {settings.storage_url}/uploads/<data set>/<file>\n"
            f"{warning}Ctrl-C stops everything.\n"
        )
        supervisor.wait()


def _forget_future_ticks() -> list[str]:
    from pipeweave_dagster.lib.future_ticks import forget_future_ticks

    with home.instance() as instance:
        return forget_future_ticks(instance)


def _services(ports: dict[str, int], code: Path) -> list[Service]:
    settings = home.settings()
    workspace = settings.dagster_home / "workspace.yaml"
    workspace.write_text(
        f"load_from:\n  - grpc_server:\n      socket: {code}\n      location_name: pipeweave\n"
    )
    module = "pipeweave_dagster.definitions"
    # Your own `dagster.yaml` may keep logs in a bucket.
    logs = frozenset[str]() if settings.dagster_home_given else _STORES
    python = [sys.executable, "-P", "-m"]
    at = ["-h", LOOPBACK, "-p"]
    # Every tick without work would print a line; runs print their own.
    log_format = ["--log-level", "warning"]
    log_format += ["--log-format", "json"] if settings.profile == "production" else []
    services = [
        Service(
            CODE_SERVER,
            [*python, "dagster", "api", "grpc", "-m", module, "--socket", str(code),
             "--location-name", "pipeweave", "--use-python-environment-entry-point", *log_format],
            socket=code,
            without=_LOGIN | {"MLFLOW_BACKEND_STORE_URI"},
        ),
        Service(
            "web UI",
            [*python, "pipeweave_dagster.cli.support.dagster_ui", *at, str(ports["dagster"]),
             "-w", str(workspace), *log_format],
            port=ports["dagster"],
            without=_KEYS | _HASHES | _REGISTRY | _LOGIN | logs,
        ),
        Service(
            DAEMON,
            [*python, "dagster._daemon", "run", "-w", str(workspace), *log_format],
            without=_KEYS | _HASHES | _REGISTRY | _LOGIN | logs,
        ),
        Service(
            "pages",
            [*python, "uvicorn", "pipeweave_dagster.web.main:app", "--host", LOOPBACK,
             "--port", str(ports["web"]), "--log-level", "warning"],
            port=ports["web"],
            without=_DATABASES | _KEYS | _REGISTRY,
            extra=_registry_of_pages(settings, ports["mlflow"]),
        ),
    ]  # fmt: skip
    if not settings.mlflow_tracking_uri:
        services.append(
            Service(
                "MLflow",
                [*python, "mlflow", "server", "--host", LOOPBACK, "--port", str(ports["mlflow"]),
                 "--workers", "1", "--default-artifact-root", str(settings.artifact_root),
                 *_own_names(ports["mlflow"])],
                port=ports["mlflow"],
                needed=False,
                without=_KEYS | _HASHES | _LOGIN | {"DATABASE_URL"},
            )
        )  # fmt: skip
    return services


def _registry_of_pages(settings: Settings, port: int) -> dict[str, str]:
    """Return where the HTTP API finds the registry: not in the database, whose address it lacks."""
    in_database = settings.database_url is not None and not settings.mlflow_tracking_uri
    return {"MLFLOW_TRACKING_URI": f"http://{LOOPBACK}:{port}"} if in_database else {}


def _own_names(port: int) -> list[str]:
    """Return MLflow's options against foreign pages; its defaults trust all local ports."""
    names = [f"{host}:{port}" for host in (LOOPBACK, "localhost")]
    origins = ",".join(f"http://{name}" for name in names)
    return ["--allowed-hosts", ",".join(names), "--cors-allowed-origins", origins]
