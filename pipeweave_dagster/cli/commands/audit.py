"""`pipeweave audit ls`: who did what, and when."""

import datetime as dt
import re
from typing import Annotated

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, columns, emit
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.services.audit import AuditEntry, entries

_SPAN = re.compile(r"([0-9]{1,4})([hd])")


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="The audit log: who did what.", no_args_is_help=True)
    app.add_typer(group, name="audit")
    group.callback()(lambda: None)
    group.command("ls", epilog="Example: `pipeweave audit ls --since 7d --action promote`")(ls)


def ls(
    since: Annotated[
        str, typer.Option(help="A day such as 2026-11-30, a time, or a span: 12h, 7d.")
    ] = "7d",
    action: Annotated[str | None, typer.Option(help="Only this action.")] = None,
    who: Annotated[str | None, typer.Option(help="Only this user.")] = None,
    subject: Annotated[str | None, typer.Option(help="Only this data set or user.")] = None,
    json: AsJson = False,
) -> None:
    """List the entries, the oldest first."""
    wanted = {"action": action, "who": who}
    start = _start(since, dt.datetime.now(dt.UTC))
    with home.workbench() as bench:
        found = [
            entry
            for entry in entries(bench.store, start, subject=subject)
            if all(value in (None, getattr(entry, name)) for name, value in wanted.items())
        ]
    header = ["time (UTC)", "who", "action", "subject", "version", "outcome", "reason"]
    text = columns(header, map(_row, found)) if found else f"There is no entry since {since}."
    emit({"entries": [entry.model_dump(mode="json") for entry in found]}, json, text)


def _row(entry: AuditEntry) -> tuple[str, ...]:
    when = dt.datetime.fromtimestamp(entry.at, dt.UTC).strftime("%Y-%m-%d %H:%M:%S")
    version, reason = entry.version or "", entry.reason
    return when, entry.who, entry.action, entry.subject, version, entry.outcome, reason


def _start(since: str, now: dt.datetime) -> dt.datetime:
    """Return the time that `--since` names; times without a zone are UTC."""
    span = _SPAN.fullmatch(since)
    if span is not None:
        hours = int(span[1]) * (24 if span[2] == "d" else 1)
        return now - dt.timedelta(hours=hours)
    try:
        given = dt.datetime.fromisoformat(since)
    except ValueError:
        raise validation_error(
            f"{since[:40]!r} is not a time.", fix="Write 2026-11-30, 2026-11-30T14:00, 12h or 7d."
        ) from None
    return given if given.tzinfo else given.replace(tzinfo=dt.UTC)
