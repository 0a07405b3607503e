"""`pipeweave alerts`: who is alerted, what was sent, and a test message."""

from typing import Annotated, Any

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, columns, emit, plain
from pipeweave_dagster.core.errors import PipeWeaveError, unavailable, validation_error
from pipeweave_dagster.services.alert_recipients import Recipient, recipients
from pipeweave_dagster.services.alerting import load_state, send_to
from pipeweave_dagster.services.alias_texts import when

_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Alerts about problems.", no_args_is_help=True)
    group.command("ls", epilog="Example: `pipeweave alerts ls`")(ls)
    group.command("test", epilog="Example: `pipeweave alerts test ops`")(send_test)
    app.add_typer(group, name="alerts")


def ls(json: AsJson = False) -> None:
    """List recipients, problems that are open, and the last messages."""
    home.prepare()
    with home.workbench() as bench:
        found = recipients(bench.store, bench.settings)
        state, _ = load_state(bench.store)
    open_now = [
        {"problem": key, "since": when(p.since), "times": p.times, "codes": p.codes}
        for key, p in sorted(state.open.items())
    ]
    sent = [
        {"at": when(s.at), "to": s.to, "title": s.title, "failed": s.failed}
        for s in reversed(state.sent[-_SHOWN:])
    ]
    waiting = len(state.queue) + bool(state.digest)
    facts = {
        "recipients": [r._asdict() for r in found],
        "open": open_now,
        "sent": sent,
        "waiting": waiting,
    }
    emit(facts, json, _text(found, open_now, sent, waiting))


def send_test(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[RECIPIENT]...", help="Name of the recipient; default: all."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Send a test message now; exit code 1 or more if one was not delivered."""
    home.prepare()
    with home.workbench() as bench:
        known = [r.name for r in recipients(bench.store, bench.settings)]
        settings = bench.settings
    chosen = names or known
    if not chosen:
        raise validation_error(
            "There are no recipients of alerts.",
            fix="Set PIPEWEAVE_ALERTS_TO=ops and PIPEWEAVE_ALERT_OPS to an Apprise URL.",
        )
    problems: dict[str, str] = {}
    for name in chosen:
        try:
            send_to(
                settings, name, "PipeWeave: test", "This is a test: alerts of PipeWeave reach you."
            )
        except PipeWeaveError as error:
            problems[name] = error.text
    reached = [name for name in chosen if name not in problems]
    if problems:
        text = " ".join(f"{name}: {problem}" for name, problem in problems.items())
        raise unavailable(text, fix="Correct the address, then try again.", reached=reached)
    emit({"reached": reached}, json, f"A test message was sent to {', '.join(reached)}.")


def _text(
    found: list[Recipient], open_now: list[dict[str, Any]], sent: list[dict[str, Any]], waiting: int
) -> str:
    parts = [
        columns(
            ["recipient", "variable", "state"],
            [(r.name, r.variable, r.problem or "set") for r in found],
        )
        if found
        else "There are no recipients."
    ]
    if open_now:
        rows = [(p["problem"], p["since"], p["times"], ", ".join(p["codes"])) for p in open_now]
        parts.append(columns(["open problem", "since (UTC)", "times", "codes"], rows))
    if sent:
        last = [(s["at"], s["to"], plain(s["title"], 100), s["failed"] or "sent") for s in sent]
        parts.append(columns(["at (UTC)", "to", "message", "state"], last))
    if waiting:
        parts.append(f"{waiting} messages are waiting.")
    return "\n\n".join(parts)
