"""`pipeweave doctor`: health checks of the installation."""

import secrets
import shutil
import sys
from collections.abc import Callable
from functools import partial
from typing import Annotated

import typer

from pipeweave_dagster.adapters.health import (
    Health,
    OffError,
    UnknownError,
    full_text,
    is_healthy,
    measure,
)
from pipeweave_dagster.adapters.http_checks import check_mlflow, responds
from pipeweave_dagster.adapters.mlflow_store import prepare_store
from pipeweave_dagster.adapters.storage.conditional_writes import require_conditional_writes
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.dagster_checks import DagsterParts
from pipeweave_dagster.cli.support.output import AsJson, columns, emit
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.settings import Settings

_MIN_FREE_BYTES = 1 << 30


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: `pipeweave doctor --json`")(doctor)


def doctor(
    json: AsJson = False,
    strict: Annotated[
        bool | None,
        typer.Option(help="Count services that are not running as red; default in production."),
    ] = None,
) -> None:
    """Check storage, databases, MLflow, daemon and disk; exit code 1 if a check is red."""
    settings = home.prepare()
    production = settings.profile == "production"
    lines = examine(settings, strict=production if strict is None else strict)
    rows = [(line.name, line.state, line.detail) for line in lines]
    checks = [
        {"check": n.name, "state": n.state, "message": n.detail, "seconds": n.seconds}
        for n in lines
    ]
    emit({"checks": checks}, json, columns(["check", "state", "message"], rows, width=160))
    if not is_healthy(lines):
        sys.exit(1)


def examine(settings: Settings, *, strict: bool) -> list[Health]:
    """Run one check per service; a check that depends on a red one is unknown, not red."""
    dagster = DagsterParts(settings, strict)
    checks: dict[str, Callable[[], str]] = {
        "version": _version,
        "database": dagster.database,
        "storage": lambda: _storage(settings),
        "mlflow": lambda: _mlflow(settings),
        "code": dagster.code_server,
        "queue": dagster.queue,
        "daemon": dagster.daemon,
        **{name: partial(responds, url) for name, url in settings.services.items()},
        "alerts": lambda: _alerts(settings),
        "advice": lambda: _advice(settings),
        "models": lambda: _plug_ins(settings),
        "disk": lambda: _disk(settings),
    }
    return [measure(name, ask, full_text) for name, ask in checks.items()]


def _version() -> str:
    from importlib.metadata import version

    packages = ", ".join(f"{name} {version(name)}" for name in ("pipeweave", "dagster", "mlflow"))
    return f"{packages}, Python {sys.version.split()[0]}"


def _storage(settings: Settings) -> str:
    """Write, read and delete a test object, and try conditional writes."""
    with home.workbench() as bench:
        storage, key = bench.store.storage, f"sensors/probe-{secrets.token_hex(8)}"
        storage.put(key, b"probe")
        same = storage.get(key) == b"probe"
        storage.delete(key)
        require_conditional_writes(storage, storage.url)
    if not same:
        raise OSError("the object read differs from the one written")
    return f"{settings.storage_url} is readable and writable"


def _mlflow(settings: Settings) -> str:
    if settings.tracking_uri.startswith(("http://", "https://")):
        return check_mlflow(settings.tracking_uri)
    with home.workbench() as bench:
        bench.on_model(prepare_store, tracking_uri=settings.tracking_uri)
    return "the store is reachable"


def _alerts(settings: Settings) -> str:
    """Look whether each recipient has an address; nothing is sent."""
    from pipeweave_dagster.services.alert_recipients import recipients

    try:
        with home.workbench() as bench:
            found = recipients(bench.store, settings)
    except PipeWeaveError as error:  # the storage has a check of its own
        raise UnknownError("the storage that names recipients does not respond") from error
    if not found:
        raise OffError("there are no recipients (PIPEWEAVE_ALERTS_TO, alerts in pipeweave.yaml)")
    problems = [recipient.problem for recipient in found if recipient.problem]
    if problems:
        raise OSError(" ".join(problems))
    return f"{', '.join(recipient.name for recipient in found)} can be sent to"


def _advice(settings: Settings) -> str:
    """Look who is asked for advice, and through which package; nothing is sent."""
    from pipeweave_dagster.adapters.gemini import package
    from pipeweave_dagster.services.advice_calls import why_no_advice

    if settings.advisor == "rules":
        raise OffError("off: the rules alone decide (PIPEWEAVE_ADVISOR)")
    if settings.secret("google_api_key") is None:
        raise OSError("GOOGLE_API_KEY is not set")
    if reason := why_no_advice(settings):
        raise OffError(reason)
    return f"{settings.advisor_model} through {package()}"


def _plug_ins(settings: Settings) -> str:
    """Look for the packages and weights of the models that the settings name; import none."""
    from pipeweave_dagster.core.families.plug_in import plug_in_problem, plug_in_text

    if not settings.model_plug_ins:
        raise OffError("none: only PipeWeave's own model families (PIPEWEAVE_MODEL_PLUG_INS)")
    named = settings.model_plug_ins.items()
    problems = [problem for pair in named if (problem := plug_in_problem(*pair))]
    if problems:
        raise OSError(" ".join(problems))
    return ", ".join(plug_in_text(*pair) for pair in named)


def _disk(settings: Settings) -> str:
    free = shutil.disk_usage(settings.home).free
    if free < _MIN_FREE_BYTES:
        raise OSError(f"only {free / 1e9:.1f} GB free below {settings.home}")
    return f"{free / 1e9:.0f} GB free below {settings.home}"
