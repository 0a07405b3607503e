"""`pipeweave findings`: what the guardrails found, accepted or overridden in `pipeweave.yaml`."""

import datetime as dt
import getpass
from dataclasses import dataclass
from typing import Annotated, Any

import typer
import yaml

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.cli.commands.datasets import known
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, emit, plain
from pipeweave_dagster.core.documents import Finding, Findings, PipelineSpec, SchemaDeduction
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.core.landing import settings_from
from pipeweave_dagster.core.landing.merge_settings import merge_settings
from pipeweave_dagster.core.landing.yaml_edits import edited
from pipeweave_dagster.core.naming import SETTINGS_FILE
from pipeweave_dagster.core.quality.column_usage import explain_column
from pipeweave_dagster.core.quality.user_decisions import (
    accept_findings,
    is_suspected_leak,
    override_findings,
)
from pipeweave_dagster.services.receive import settings_of


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog='Example: `pipeweave findings bar --override PW204 --reason "known before"`'
    )(findings)


def findings(
    name: Annotated[str, typer.Argument(help="Data set.")],
    accept: Annotated[
        str | None,
        typer.Option(help="Code whose proposal is taken over; 'all' for all but suspicions."),
    ] = None,
    override: Annotated[str | None, typer.Option(help="Code that is set aside.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why; needed with --override.")] = None,
    column: Annotated[str | None, typer.Option(help="Answer only for this column.")] = None,
    why_not: Annotated[
        str | None, typer.Option("--why", help="Say why this column is (not) used.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Show the findings of the last run, or answer one; the next run takes the answer."""
    home.prepare()
    with home.workbench() as bench:
        last = _last(bench.store, known(bench.store, name))
        if why_not:
            answer = explain_column(why_not, last.schema, last.findings, last.spec)
            emit({"dataset": name, "column": why_not, "why": answer}, json, plain(answer, 1000))
            return
        patch: dict[str, Any] = {}
        if accept:
            patch = accept_findings(last.findings, accept, column)
        elif override:
            patch = override_findings(last.findings, override, column, reason, _who_and_when())
        written = _write(bench.store, name, patch) if patch else None
    found = [f for f in last.findings.findings if column is None or column in f.columns]
    facts: dict[str, Any] = {
        "dataset": name,
        "findings": [f.model_dump(mode="json") for f in found],
    }
    lines = [_line(f) for f in found if f.state != "passed"]
    text = _told(last.findings, accept, patch, written) or "\n".join(lines)
    facts |= {"written": written.place if written else None, "patch": patch}
    facts |= {"before": written.before if written else None}
    emit(facts, json, text or "Nothing was found.")


def _line(finding: Finding) -> str:
    proposal = f"\n         -> {plain(finding.proposal)}" if finding.proposal else ""
    return f"{finding.state:<8} {finding.code}  {plain(finding.message)}{proposal}"


@dataclass(frozen=True)
class _Written:
    """Where settings were written, and where the file of before is if its comments were lost."""

    place: str
    before: str | None = None


def _told(
    document: Findings, accept: str | None, patch: dict[str, Any], written: _Written | None
) -> str:
    if written is None:
        return ""
    said = yaml.safe_dump(patch, allow_unicode=True, sort_keys=False).splitlines()
    told = [f"Wrote {written.place}:", *(f"    {plain(line, 200)}" for line in said)]
    if written.before:
        told.append(f"Its comments could not be kept; as it was, it is in {written.before}")
    left = sorted({c for f in document.findings if is_suspected_leak(f) for c in f.columns})
    if accept == "all" and left:
        shown = ", ".join(plain(c, 60) for c in left[:10])
        told.append(f"Left to you, known in time or not? {shown}")
    return "\n".join(told)


@dataclass(frozen=True)
class _Last:
    """What the last run made, as far as it got."""

    schema: SchemaDeduction
    findings: Findings
    spec: PipelineSpec | None


def _last(store: DocumentStore, name: str) -> _Last:
    """The documents of the last attempt, else those of HEAD.

    Raises:
        PipeWeaveError: NOT_FOUND if no run got as far as the findings.
    """
    if entries := store.last_with(name, "findings", "schema_deduction"):
        found = store.load(entries["findings"].document, Findings)
        # Where the line was stopped, the pipeline is that of an earlier version.
        spec = None if found.blocked else entries.get("pipeline")
        return _Last(
            store.load(entries["schema_deduction"].document, SchemaDeduction),
            found,
            store.load(spec.document, PipelineSpec) if spec else None,
        )
    raise not_found(f"No run of {name!r} has looked for findings yet.", fix="Run it first.")


def _who_and_when() -> dict[str, str]:
    """The user and the time of an override, as far as the system tells."""
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
    try:
        return {"by": getpass.getuser(), "at": now}
    except (KeyError, OSError):  # a container may run as a user without a name
        return {"at": now}


def _write(store: DocumentStore, name: str, patch: dict[str, Any]) -> _Written:
    """Change the file as a person would, or write it anew where that cannot be done."""
    key = f"uploads/{name}/{SETTINGS_FILE}"
    current = settings_of(store, name).model_dump(mode="json", exclude_defaults=True)
    found = store.storage.get_tagged(key)
    text, kept = edited(found[0], patch) if found else None, None
    if text is None:
        content = merge_settings(current, patch)
        settings_from(content, key)
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False).encode()
        if found:
            kept = f"uploads/{name}/.{SETTINGS_FILE}.before"
            store.storage.put(kept, found[0])
    store.storage.put(key, text)
    root = store.storage.url
    return _Written(f"{root}/{key}", f"{root}/{kept}" if kept else None)
