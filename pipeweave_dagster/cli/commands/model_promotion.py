"""`pipeweave models promote`, `rollback` and `history`: which version predicts, and why."""

import datetime as dt
import logging
from typing import Annotated, Any

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, columns, emit, plain
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.services import champion
from pipeweave_dagster.services.alias_history import AliasMove, GateCheck, champion_at, moves_of
from pipeweave_dagster.services.alias_texts import author, reason_of, when
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.model_rows import history_facts

logger = logging.getLogger(__name__)
_Name = Annotated[str, typer.Argument(help="Data set.")]
_MOST_REASON = 1_500
_Reason = Annotated[str, typer.Option(help="Why; it is kept in the history.")]


def register(group: typer.Typer) -> None:
    """Add the commands to the group `models`."""
    group.command("promote", epilog="Example: `pipeweave models promote titanic --version 3`")(
        promote
    )
    group.command("rollback", epilog="Example: `pipeweave models rollback titanic`")(rollback)
    group.command(
        "history", epilog="Example: `pipeweave models history titanic --at 2026-11-03T14:00`"
    )(history)


def promote(
    name: _Name,
    number: Annotated[
        str | None, typer.Argument(metavar="[VERSION]", help="Registered version, such as 3.")
    ] = None,
    version: Annotated[str | None, typer.Option(help="The same as the argument VERSION.")] = None,
    readable: Annotated[
        bool,
        typer.Option(
            "--readable",
            help="Promote the readable twin of the version; default: that of the champion.",
        ),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Promote in spite of the gate; needs --reason.")
    ] = False,
    reason: _Reason = "",
    json: AsJson = False,
) -> None:
    """Make a version the champion if the gate lets it; the current champion becomes `previous`.

    The gate compares it with the champion on rows that neither has learned from, as after a
    training, and checks calibration, size and the time for one row. With --readable, the best model
    that a person can read becomes a version of its own first: fitted on all rows, and evaluated.
    """
    from pipeweave_dagster.services.promotion import promote_version
    from pipeweave_dagster.services.readable_models import promote_readable

    chosen = version or number
    if (chosen is None and not readable) or (version and number and version != number):
        raise validation_error("Which version?", fix="Name one: --version N.")
    home.prepare()
    with home.workbench() as bench:
        dataset = known(bench.store, name)
        if readable:
            chosen, gate = promote_readable(bench, dataset, chosen, reason, force=force)
        else:
            gate = promote_version(bench, dataset, str(chosen), reason, force=force)
    checks = [check.model_dump(mode="json") for check in gate.checks]
    lines = [
        f"  {'passed' if c.passed else 'failed':<7} {c.name}: {c.message}" for c in gate.checks
    ]
    emit(
        {"dataset": name, "champion": chosen, "forced": force and not gate.is_open, "gate": checks},
        json,
        "\n".join([f"Version {chosen} is now the champion of {name}.", *map(plain, lines)]),
    )


def rollback(name: _Name, reason: _Reason = "", json: AsJson = False) -> None:
    """Make the previous champion the champion again; the next batch uses it.

    A version that cannot predict any more (a file of it is gone, say) is passed over. A second
    rollback leads one version further back.
    """
    from pipeweave_dagster.services.promotion import roll_back

    home.prepare()
    with home.workbench() as bench:
        done = roll_back(bench, known(bench.store, name), reason)
    lines = [f"Version {done.version} is now the champion of {name}."]
    lines += [f"Version {v} was passed over: {plain(why)}" for v, why in done.passed_over.items()]
    facts = {"dataset": name, "champion": done.version, "passed_over": done.passed_over}
    emit(facts, json, "\n".join(lines))


def history(
    name: _Name,
    at: Annotated[
        str | None,
        typer.Option(help="Only the champion at this date (its end) or time, UTC: 2026-11-03."),
    ] = None,
    json: AsJson = False,
) -> None:
    """List every version with its decision, and every move of an alias: who, when, why.

    With --at, the champion at that time, and why it was.
    """
    moment = None if at is None else _moment(at)
    home.prepare()
    with home.workbench() as bench:
        dataset = known(bench.store, name)
        try:
            champion.notice_moves(bench, dataset)
        except PipeWeaveError as error:
            logger.warning("Alias changes made in MLflow itself could not be read: %s", error)
        facts, moves = history_facts(bench, dataset), moves_of(bench.store, dataset)
    facts["at"] = then = None if moment is None else _then(moves, moment)
    rows = facts["versions"]
    emit(facts, json, _lists(rows, moves) if then is None else _then_text(name, moves, moment))


def _moment(text: str) -> float:
    """Return the seconds since 1970 of a time; of a date, those of its last moment (UTC)."""
    try:
        found = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        raise validation_error(
            f"{text[:40]!r} is not a date or time.",
            fix="Write 2026-11-03, 2026-11-03T14:00 or 2026-11-03T14:00+01:00.",
        ) from None
    found = found if found.tzinfo else found.replace(tzinfo=dt.UTC)
    is_date = len(text.strip()) <= len("2026-11-03")
    return found.timestamp() + (86_400 - 1e-6 if is_date else 0)


def _then(moves: list[AliasMove], moment: float) -> dict[str, Any]:
    version, move = champion_at(moves, moment)
    return {
        "time": when(moment),
        "champion": version,
        "move": move.model_dump(mode="json") if move else None,
    }


def _then_text(name: str, moves: list[AliasMove], moment: float | None) -> str:
    version, move = champion_at(moves, moment or 0.0)
    if version is None:
        return f"{name} had no champion at {when(moment or 0.0)}."
    text = f"Champion of {name} at {when(moment or 0.0)}: version {version}"
    if move is None:
        return f"{text}, since before moves were recorded."
    how = "forced" if move.cause.forced else move.cause.how
    since = f"since {when(move.at)}, by {author(move.cause)} ({how})"
    lines = [f"{text}, {since}.", f"Before: {move.before or 'none'}.", reason_of(move.cause)]
    lines += _check_lines(move.cause.checks)
    return "\n".join(plain(line, 1000) for line in lines if line)


def _check_lines(checks: list[GateCheck]) -> list[str]:
    return [f"  {'passed' if c.passed else 'failed':<7} {c.name}: {c.message}" for c in checks]


def _lists(rows: list[dict[str, Any]], moves: list[AliasMove]) -> str:
    table = [
        (r["version"], r["alias"] or "-", r["winner"], r["score"] or "-", r["decision"],
         r["reason"])
        for r in rows
    ]  # fmt: skip
    names = ["version", "alias", "winner", "score", "decision", "reason"]
    text = columns(names, table, last=_MOST_REASON)
    made = [
        (m.number, when(m.at)[:19], m.alias, m.before or "-", m.after or "-", author(m.cause),
         "forced" if m.cause.forced else m.cause.how, reason_of(m.cause) or "-")
        for m in moves
    ]  # fmt: skip
    header = ["move", "when (UTC)", "alias", "from", "to", "by", "how", "why"]
    return f"{text}\n\n{columns(header, made, last=_MOST_REASON)}" if made else text
