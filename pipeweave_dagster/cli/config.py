"""`pipeweave config`: the settings in force."""

import os
from pathlib import Path

import typer
from pydantic import SecretStr

from pipeweave_dagster.cli import home
from pipeweave_dagster.cli.output import AsJson, columns, emit
from pipeweave_dagster.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="The settings.", no_args_is_help=True)
    group.command("show", epilog="Example: `pipeweave config show --json`")(show)
    app.add_typer(group, name="config")


def show(json: AsJson = False) -> None:
    """Every setting, its value (secrets masked) and where it comes from."""
    settings = home.settings()
    facts = [_fact(settings, name, field) for name, field in Settings.model_fields.items()]
    derived = {"storage in force": settings.storage_url, "MLflow in force": settings.tracking_uri}
    facts += [
        {"setting": name, "value": _without_password(value), "source": "derived"}
        for name, value in derived.items()
    ]
    rows = [(f["setting"], f["value"], f["source"]) for f in facts]
    emit({"settings": facts}, json, columns(["setting", "value", "source"], rows, width=80))


def _fact(settings: Settings, name: str, field: object) -> dict[str, object]:
    variable = _variable(field)
    value = _shown(getattr(settings, name))
    return {"setting": variable, "value": value, "source": _source(variable, name, settings)}


def _variable(field: object) -> str:
    alias = getattr(field, "validation_alias", None)
    return str(alias.choices[0]) if alias is not None else ""


def _shown(value: object) -> object:
    if isinstance(value, SecretStr):
        return "********"
    if isinstance(value, Path):
        return str(value)
    return _without_password(value) if isinstance(value, str) else value


def _without_password(text: str) -> str:
    """An address without the password that may stand in it."""
    scheme, separator, rest = text.partition("://")
    credentials, at, host = rest.rpartition("@")
    user = credentials.partition(":")[0]
    return f"{scheme}{separator}{user}:********@{host}" if at and ":" in credentials else text


def _source(variable: str, name: str, settings: Settings) -> str:
    if variable in os.environ:
        return "environment"
    return ".env" if name in settings.model_fields_set else "default"
