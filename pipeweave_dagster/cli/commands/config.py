"""`pipeweave config`: the effective settings."""

from pathlib import Path

import typer
from pydantic import SecretStr

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, columns, emit
from pipeweave_dagster.settings import GROUPS, Settings


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Effective settings.", no_args_is_help=True)
    group.command("show", epilog="Example: `pipeweave config show --json`")(show)
    app.add_typer(group, name="config")


def show(json: AsJson = False) -> None:
    """Show every setting with its value (secrets masked) and its source."""
    settings = home.settings()
    facts = [_fact(settings, name, group) for group, names in GROUPS.items() for name in names]
    derived = {"storage in force": settings.storage_url, "MLflow in force": settings.tracking_uri}
    facts += [
        {"setting": name, "value": _without_password(value), "source": "derived", "group": "places"}
        for name, value in derived.items()
    ]
    emit({"settings": facts}, json, _table(facts))


def _table(facts: list[dict[str, object]]) -> str:
    """Return the settings under their group names, with columns aligned throughout."""
    rows = [(f["setting"], f["value"], f["source"]) for f in facts]
    head, *lines = columns(["setting", "value", "source"], rows, width=80).splitlines()
    lines_out, group = [head], None
    for fact, line in zip(facts, lines, strict=True):
        if fact["group"] != group:
            group = fact["group"]
            lines_out += ["", f"-- {group}"]
        lines_out.append(line)
    return "\n".join(lines_out)


def _fact(settings: Settings, name: str, group: str) -> dict[str, object]:
    return {
        "setting": settings.variables_of(name)[0],
        "value": _shown(getattr(settings, name)),
        "source": settings.source_of(name),
        "group": group,
    }


def _shown(value: object) -> object:
    if isinstance(value, SecretStr):
        return "********"
    if isinstance(value, Path):
        return str(value)
    return _without_password(value) if isinstance(value, str) else value


def _without_password(text: str) -> str:
    """Return a URL with its password masked."""
    scheme, separator, rest = text.partition("://")
    credentials, at, host = rest.rpartition("@")
    user = credentials.partition(":")[0]
    return f"{scheme}{separator}{user}:********@{host}" if at and ":" in credentials else text
