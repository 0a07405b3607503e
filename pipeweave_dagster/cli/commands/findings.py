"""`pipeweave findings`: show, accept and override findings; decisions go to `pipeweave.yaml`."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any

import typer
import yaml

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, emit, plain
from pipeweave_dagster.core.documents import Finding, Findings, PipelineSpec, SchemaDeduction
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.core.quality.column_usage import explain_column
from pipeweave_dagster.core.quality.user_decisions import (
    accept_findings,
    is_suspected_leak,
    override_findings,
)
from pipeweave_dagster.services.acting import current_principal
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.settings_file import Written, write_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog='Example: `pipeweave findings bar --override PW204 --reason "known in advance"`'
    )(findings)


def findings(
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
    reason: Annotated[
        str | None, typer.Option(help="Why it does not apply; required with --override.")
    ] = None,
    column: Annotated[str | None, typer.Option(help="Only for this column.")] = None,
    why_not: Annotated[
        str | None, typer.Option("--why", help="Explain why this column is used or not.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Show the findings of the last run, or accept or override one for the next run."""
    home.prepare()
    with home.workbench() as bench:
        last = _last(bench.store, known(bench.store, name))
        if why_not:
            text = explain_column(why_not, last.schema, last.findings, last.spec)
            emit({"dataset": name, "column": why_not, "why": text}, json, plain(text, 1000))
            return
        patch: dict[str, Any] = {}
        if accept:
            patch = accept_findings(last.findings, accept, column)
        elif override:
            patch = override_findings(last.findings, override, column, reason, _who_and_when())
        written = write_settings(bench.store, name, patch) if patch else None
    found = [f for f in last.findings.findings if column is None or column in f.columns]
    facts: dict[str, Any] = {
        "dataset": name,
        "findings": [f.model_dump(mode="json") for f in found],
    }
    lines = [_line(f) for f in found if f.state != "passed"]
    text = _report(last.findings, accept, patch, written) or "\n".join(lines)
    facts |= {"written": written.place if written else None, "patch": patch}
    facts |= {"before": written.before if written else None, "run_id": last.run_id}
    text = text or "No findings."
    if not last.is_latest:
        text = f"Of run {last.run_id[:8]}; the last run has not reached the checks.\n{text}"
    emit(facts, json, text)


def _line(finding: Finding) -> str:
    proposal = f"\n         -> {plain(finding.proposal)}" if finding.proposal else ""
    return f"{finding.state:<8} {finding.code}  {plain(finding.message)}{proposal}"


def _report(
    document: Findings, accept: str | None, patch: dict[str, Any], written: Written | None
) -> str:
    if written is None:
        return ""
    shown = yaml.safe_dump(patch, allow_unicode=True, sort_keys=False).splitlines()
    lines = [f"Wrote {written.place}:", *(f"    {plain(line, 200)}" for line in shown)]
    if written.before:
        lines.append(f"Comments could not be kept; the file as it was: {written.before}")
    left = sorted({c for f in document.findings if is_suspected_leak(f) for c in f.columns})
    if accept == "all" and left:
        names = ", ".join(plain(c, 60) for c in left[:10])
        lines.append(f"For you to decide (is it known at prediction time?): {names}")
    return "\n".join(lines)


@dataclass(frozen=True)
class _Last:
    """The documents of the last run that reached the findings, as far as it got."""

    run_id: str
    is_latest: bool
    schema: SchemaDeduction
    findings: Findings
    spec: PipelineSpec | None


def _last(store: DocumentStore, name: str) -> _Last:
    """Return the documents of the last attempt, or those of HEAD.

    Raises:
        PipeWeaveError: NOT_FOUND if no run has reached the findings.
    """
    if entries := store.last_with(name, "findings", "schema_deduction"):
        found = store.load(entries["findings"].document, Findings)
        # A blocked run has no pipeline of its own; the entry is that of an earlier version.
        spec = None if found.blocked else entries.get("pipeline")
        attempt, run_id = store.attempt(name), entries["findings"].run_id
        manifest = store.manifest(name, attempt.run_id) if attempt else None
        return _Last(
            run_id,
            manifest is None or "findings" in manifest.made,
            store.load(entries["schema_deduction"].document, SchemaDeduction),
            found,
            store.load(spec.document, PipelineSpec) if spec else None,
        )
    raise not_found(f"No run of {name!r} has reached the findings yet.", fix="Run it first.")


def _who_and_when() -> dict[str, str]:
    """Return user and time of an override, as far as the system knows them."""
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
    return {"by": current_principal().name, "at": now}
