"""`pipeweave expectations`: show, export and accept the expectation suite of a data set."""

from pathlib import Path
from typing import Annotated

import typer

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, emit, plain
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import ExpectationReport, Payload, RuleResult
from pipeweave_dagster.core.errors import not_found, validation_error
from pipeweave_dagster.core.expectations import read_suite, suite_bytes
from pipeweave_dagster.core.output_paths import refuse_input
from pipeweave_dagster.services.expectations import accept as put_in_force
from pipeweave_dagster.services.known_datasets import known


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: `pipeweave expectations titanic --export suite.json`")(
        expectations
    )


def expectations(
    name: Annotated[str, typer.Argument(help="Data set.")],
    export: Annotated[
        Path | None, typer.Option(help="Write the active suite to this file.")
    ] = None,
    use: Annotated[Path | None, typer.Option(help="Activate the suite in this file.")] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Activate the suite proposed for the newest version.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Show failed expectations, or export the suite or activate another for the next run."""
    home.prepare()
    if use is not None and accept:
        raise validation_error("--use and --accept exclude each other.", fix="Give one of them.")
    refuse_input(export, use)
    with home.workbench() as bench:
        store = bench.store
        report = last_report(store, known(store, name))
        written = None
        if use is not None:
            suite = read_suite(_bytes_of(use), str(use))
            suite["meta"] = {}  # it is the user's own suite now
            written = put_in_force(store, name, suite)
        elif accept:
            written = put_in_force(store, name, _suite(store, report.proposed))
        if export is not None:
            export.write_bytes(suite_bytes(_suite(store, report.suite)))
    lines = [report.reason, *(_line(f) for f in report.failures), *report.notes]
    if export is not None:
        lines = [f"Wrote {export}"]
    if written is not None:
        lines = [f"Wrote {written}; the next run of {name} is validated against it."]
    facts = {"dataset": name, **report.model_dump(mode="json"), "written": written}
    emit(facts, json, "\n".join(lines))


def _line(result: RuleResult) -> str:
    such = f" (such as {', '.join(result.examples)})" if result.examples else ""
    return plain(
        f"{result.column or 'table'}: {counted(result.failed, 'row', 'fail')}{such}: {result.text}"
    )


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise validation_error(
            f"{path} cannot be read: {error.strerror}.", fix="Check path and permissions."
        ) from None


def _suite(store: DocumentStore, payload: Payload) -> dict[str, object]:
    return read_suite(store.payload(payload).read_bytes(), "The stored suite")


def last_report(store: DocumentStore, name: str) -> ExpectationReport:
    """Return the expectations of the last attempt, or those of HEAD.

    Raises:
        PipeWeaveError: NOT_FOUND if no run has written any.
    """
    if entries := store.last_with(name, "expectations"):
        return store.load(entries["expectations"].document, ExpectationReport)
    raise not_found(f"No run of {name!r} has written expectations yet.", fix="Run it first.")
