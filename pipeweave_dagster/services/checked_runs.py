"""The documents of the last run of a data set that reached the checks of its data."""

from dataclasses import dataclass

from pipeweave_dagster.adapters.state import DocumentStore, Manifest
from pipeweave_dagster.core.asset_catalog import assets_of
from pipeweave_dagster.core.documents import Finding, Findings, PipelineSpec, SchemaDeduction
from pipeweave_dagster.core.errors import not_found


@dataclass(frozen=True)
class CheckedRun:
    """The documents of the last run that reached the findings, as far as it got."""

    run_id: str
    document: str
    made_at: float
    is_latest: bool
    schema: SchemaDeduction
    findings: Findings
    spec: PipelineSpec | None


def checked_run(store: DocumentStore, name: str) -> CheckedRun:
    """Return the documents of the last attempt, or those of HEAD.

    Raises:
        PipeWeaveError: NOT_FOUND if no run has reached the findings.
    """
    if entries := store.last_with(name, "findings", "schema_deduction"):
        entry = entries["findings"]
        found = store.load(entry.document, Findings)
        # A blocked run has no pipeline of its own; the entry is that of an earlier version.
        spec = None if found.blocked else entries.get("pipeline")
        attempt = store.attempt(name)
        manifest = store.manifest(name, attempt.run_id) if attempt else None
        return CheckedRun(
            entry.run_id,
            entry.document,
            entry.made_at,
            manifest is None or not missed_checks(manifest),
            store.load(entries["schema_deduction"].document, SchemaDeduction),
            found,
            store.load(spec.document, PipelineSpec) if spec else None,
        )
    raise not_found(f"No run of {name!r} has reached the findings yet.", fix="Run it first.")


def missed_checks(manifest: Manifest) -> bool:
    """Return whether a run was to check the data, and has not; one that only scores is not to."""
    scoring = manifest.job == "predict_batch" or {*assets_of("predict_batch")} & {*manifest.made}
    return "findings" not in manifest.made and not scoring


def open_findings(findings: Findings) -> list[Finding]:
    """Return the findings that neither passed nor were overridden, in a stable order."""
    return [f for f in findings.findings if f.state != "passed" and f.overridden is None]
