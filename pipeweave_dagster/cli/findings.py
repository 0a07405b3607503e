"""`pipeweave findings`: what the guardrails found, accepted or overridden in `pipeweave.yaml`."""

from typing import Annotated, Any

import typer
import yaml

from pipeweave_dagster.adapters.receive import settings_of
from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.cli import home
from pipeweave_dagster.cli.datasets import known
from pipeweave_dagster.cli.output import AsJson, emit, plain
from pipeweave_dagster.core.documents import Finding, Findings
from pipeweave_dagster.core.errors import not_found, validation_error
from pipeweave_dagster.core.landing import settings_from
from pipeweave_dagster.core.naming import SETTINGS_FILE


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog='Example: `pipeweave findings bar --override PW204 --reason "known before"`'
    )(findings)


def findings(
    name: Annotated[str, typer.Argument(help="Data set.")],
    accept: Annotated[str | None, typer.Option(help="Code whose proposal is taken over.")] = None,
    override: Annotated[str | None, typer.Option(help="Code that is set aside.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why; needed with --override.")] = None,
    json: AsJson = False,
) -> None:
    """Show the findings of the last run, or answer one; the next run takes the answer."""
    home.prepare()
    with home.workbench() as bench:
        document = last_findings(bench.store, known(bench.store, name))
        if accept:
            patch = _patch_of(document, accept)
        elif override:
            patch = _override_of(document, override, reason)
        else:
            patch = {}
        written = _write(bench.store, name, patch) if patch else None
    told = [f for f in document.findings if f.state != "passed"]
    lines = [_line(f) for f in told]
    text = f"Wrote {written}" if written else "\n".join(lines) or "Nothing was found."
    facts = {"dataset": name, "findings": [f.model_dump(mode="json") for f in document.findings]}
    emit({**facts, "written": written, "patch": patch}, json, text)


def _line(finding: Finding) -> str:
    proposal = f"\n         -> {plain(finding.proposal)}" if finding.proposal else ""
    return f"{finding.state:<8} {finding.code}  {plain(finding.message)}{proposal}"


def last_findings(store: DocumentStore, name: str) -> Findings:
    """The findings of the last attempt, else those of HEAD.

    Raises:
        PipeWeaveError: NOT_FOUND if no run got that far.
    """
    attempt, head = store.attempt(name), store.head(name)
    manifest = store.manifest(name, attempt.run_id) if attempt else None
    for source in (manifest, head):
        entry = source.entries.get("findings") if source else None
        if entry:
            return store.load(entry.document, Findings)
    raise not_found(f"No run of {name!r} has looked for findings yet.", fix="Run it first.")


def _patch_of(document: Findings, code: str) -> dict[str, Any]:
    patch: dict[str, Any] = {}
    for finding in _of_code(document, code):
        patch = merged(patch, finding.patch)
    if not patch:
        raise validation_error(
            f"{code} has no proposal that a setting could take over.",
            fix="Change the data, or use --override with --reason.",
        )
    return patch


def _override_of(document: Findings, code: str, reason: str | None) -> dict[str, Any]:
    if not reason:
        raise validation_error("An override needs its reason.", fix="Add --reason TEXT.")
    columns = {column for finding in _of_code(document, code) for column in finding.columns}
    entries = [{"finding": code, "column": c, "reason": reason} for c in sorted(columns)]
    return {"overrides": entries or [{"finding": code, "reason": reason}]}


def _of_code(document: Findings, code: str) -> list[Any]:
    found = [f for f in document.findings if f.code == code and f.state != "passed"]
    if not found:
        codes = sorted({f.code for f in document.findings if f.state != "passed"})
        raise not_found(f"{code} was not found.", fix=f"Found: {', '.join(codes) or 'nothing'}.")
    return found


def merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Two settings laid over each other: maps are merged, lists joined, the rest replaced."""
    result = dict(old)
    for key, value in new.items():
        before = result.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            result[key] = merged(before, value)
        elif isinstance(before, list) and isinstance(value, list):
            result[key] = [*before, *(item for item in value if item not in before)]
        else:
            result[key] = value
    return result


def _write(store: DocumentStore, name: str, patch: dict[str, Any]) -> str:
    key = f"uploads/{name}/{SETTINGS_FILE}"
    current = settings_of(store, name).model_dump(mode="json", exclude_defaults=True)
    content = merged(current, patch)
    settings_from(content, key)
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    store.storage.put(key, text.encode())
    return f"{store.storage.url}/{key}"
