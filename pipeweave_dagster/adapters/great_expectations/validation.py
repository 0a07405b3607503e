"""Runs in the child: writes the suite of a version, and holds it to the one in force."""

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
    """Write the suite that this version suggests, and hold the version to the one in force.

    Args:
        dataset: Name of the data set.
        snapshot: The typed table's description.
        schema: What its columns mean.
        data: Its Parquet file.
        suite: The suite in force; None where this version is the first, or the one it was made of.
        out: Folder for the payloads.
    """
    proposed = propose(snapshot, schema, data, dataset)
    written = _write(out / "proposed-expectations.json", suite_bytes(proposed))
    if suite is None:
        return ExpectationReport(
            suite=_write(out / "expectations.json", suite_bytes(proposed)),
            proposed=written,
            validated=False,
            reason="The suite was written from this version; the next ones are held to it.",
            rules=_counted(proposed),
        )
    told = read_suite(suite.read_bytes(), "The suite in force")
    failures, skipped = run(told, snapshot, schema, data)
    page = docs_page(told, failures, skipped, snapshot.rows)
    count = len(told["expectations"])
    return ExpectationReport(
        suite=_write(out / "expectations.json", suite_bytes(told)),
        proposed=written,
        validated=True,
        reason=f"{count - len(failures) - len(skipped)} of {count} rules hold.",
        rules=_counted(told),
        failures=[failures[place] for place in sorted(failures)],
        docs=_write(out / "expectations.html", page.encode(), "text/html"),
        notes=_notes(told, skipped),
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
    told = f"{len(skipped)} rules were not looked at, since their column is missing or of another"
    return [f"{told} type: {listed}."] if skipped else []
