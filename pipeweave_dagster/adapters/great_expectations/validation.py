"""Write the suite of a version, and validate the version against the active suite."""

from pathlib import Path

from pipeweave_dagster.adapters.great_expectations.engine import run
from pipeweave_dagster.core.documents import (
    DatasetSnapshot,
    ExpectationReport,
    Payload,
    SchemaDeduction,
)
from pipeweave_dagster.core.expectations.page import docs_page
from pipeweave_dagster.core.expectations.rule import group_of
from pipeweave_dagster.core.expectations.suite import (
    Suite,
    propose,
    read_suite,
    suite_bytes,
    without_masked,
)

_JSON = "application/json"


def validate_version(
    dataset: str,
    snapshot: DatasetSnapshot,
    schema: SchemaDeduction,
    data: Path,
    suite: Path | None,
    out: Path,
) -> ExpectationReport:
    """Write the suite proposed for this version, and validate it against the active suite.

    Args:
        dataset: Name of the data set.
        snapshot: Description of the typed table.
        schema: Meaning of its columns.
        data: Its Parquet file.
        suite: The active suite; None if this version is the first, or the one it was made from.
        out: Folder for the payloads.
    """
    proposed = propose(snapshot, schema, data, dataset)
    written = _write(out / "proposed-expectations.json", suite_bytes(proposed))
    if suite is None:
        return ExpectationReport(
            suite=_write(out / "expectations.json", suite_bytes(proposed)),
            proposed=written,
            validated=False,
            reason="The suite was written from this version; it applies to later versions.",
            rules=_counted(proposed),
        )
    active = without_masked(read_suite(suite.read_bytes(), "The active suite"), schema)
    failures, skipped = run(active, snapshot, schema, data)
    page = docs_page(active, failures, skipped, snapshot.rows)
    count = len(active["expectations"])
    return ExpectationReport(
        suite=_write(out / "expectations.json", suite_bytes(active)),
        proposed=written,
        validated=True,
        reason=f"{count - len(failures) - len(skipped)} of {count} rules passed.",
        rules=_counted(active),
        failures=[failures[place] for place in sorted(failures)],
        docs=_write(out / "expectations.html", page.encode(), "text/html"),
        notes=_notes(active, skipped),
    )


def _write(path: Path, data: bytes, media_type: str = _JSON) -> Payload:
    path.write_bytes(data)
    return Payload.of(path, media_type)


def _counted(suite: Suite) -> dict[str, int]:
    groups = [group_of(rule) for rule in suite["expectations"]]
    return {group: groups.count(group) for group in sorted(set(groups))}


def _notes(suite: Suite, skipped: set[int]) -> list[str]:
    columns = sorted({suite["expectations"][i]["kwargs"]["column"] for i in skipped})
    listed = ", ".join(columns[:10]) + (" …" if len(columns) > 10 else "")
    reason = "because their column is missing or has another type"
    return [f"{len(skipped)} rules were not checked, {reason}: {listed}."] if skipped else []
