"""`pipeweave findings`: show, accept, override, acknowledge and undo."""

from typing import Annotated, Any

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.finding_text import applied_by, finding_line, marks, report
from pipeweave_dagster.cli.support.output import AsJson, emit, plain
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.quality.column_usage import explain_column
from pipeweave_dagster.core.quality.user_decisions import unknown_column_hint
from pipeweave_dagster.services.checked_runs import checked_run
from pipeweave_dagster.services.finding_answers import Answer, answer_findings
from pipeweave_dagster.services.given_answers import find_answer, given_answers
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.taken_back_answers import undo_answer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog='Example: `pipeweave findings bar --override PW204 --reason "known in advance"`'
    )(findings)


def findings(  # noqa: PLR0913, PLR0917 - an option per answer
    name: Annotated[str, typer.Argument(help="Data set.")],
    accept: Annotated[
        str | None,
        typer.Option(
            help="Accept the proposal of this code; 'all': every one except suspected leaks."
        ),
    ] = None,
    override: Annotated[
        str | None, typer.Option(help="Override this code; it no longer blocks.")
    ] = None,
    acknowledge: Annotated[
        str | None,
        typer.Option(help="Acknowledge this code: it was seen and needs no action; no run starts."),
    ] = None,
    reason: Annotated[
        str | None, typer.Option(help="Why it does not apply; required with --override.")
    ] = None,
    undo: Annotated[
        str | None, typer.Option(help="Take back the last answer to this code since the run.")
    ] = None,
    column: Annotated[str | None, typer.Option(help="Only for this column.")] = None,
    why_not: Annotated[
        str | None, typer.Option("--why", help="Explain why this column is used or not.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Show the findings of the last run, or answer one."""
    home.prepare()
    with home.workbench() as bench:
        last = checked_run(bench.store, known(bench.store, name))
        if why_not:
            text = explain_column(why_not, last.schema, last.findings, last.spec)
            emit({"dataset": name, "column": why_not, "why": text}, json, plain(text, 1000))
            return
        patch: dict[str, Any] = {}
        written = None
        answer = _answer(accept, override, acknowledge, column, reason)
        if undo:
            written = undo_answer(
                bench.store, name, find_answer(bench.store, name, last, undo, column)
            )
        elif answer:
            patch, written = answer_findings(bench.store, name, last.findings, [answer])
        given = given_answers(bench.store, name, last)
    found = [f for f in last.findings.findings if column is None or column in f.columns]
    facts: dict[str, Any] = {
        "dataset": name,
        "findings": [f.model_dump(mode="json") | marks(f, given) for f in found],
    }
    lines = [finding_line(f, given) for f in found if f.state != "passed"]
    if any(f in given.answered for f in found):
        lines.append(applied_by(name))
    table_columns = [c.name for c in last.schema.columns]
    text = report(name, last.findings, accept, patch, written) or "\n".join(lines)
    if acknowledge or (undo and written is None):
        text = f"Acknowledged {acknowledge}; no run starts." if acknowledge else "Took it back."
    facts |= {"written": written.place if written else None, "patch": patch}
    facts |= {"before": written.before if written else None, "run_id": last.run_id}
    text = text or f"No findings. {unknown_column_hint(column, table_columns)}".rstrip()
    if not last.is_latest:
        text = f"Of run {last.run_id[:8]}; the last run did not check the data.\n{text}"
    emit(facts, json, text)


def _answer(
    accept: str | None,
    override: str | None,
    acknowledge: str | None,
    column: str | None,
    reason: str | None,
) -> Answer | None:
    given: list[Answer] = []
    if accept:
        given.append(Answer("accept", accept, column))
    if override:
        given.append(Answer("override", override, column, reason or ""))
    if acknowledge:
        given.append(Answer("acknowledge", acknowledge, column, reason or ""))
    if len(given) > 1:
        raise validation_error(
            "There is more than one answer.",
            fix="Give one of --accept, --override and --acknowledge.",
        )
    return given[0] if given else None
