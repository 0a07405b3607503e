"""`pipeweave datasets schema`: the schema of a data set, exported or compared with a run."""

from typing import Annotated

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, columns, emit
from pipeweave_dagster.cli.support.schema_output import SchemaFormat, emit_schema
from pipeweave_dagster.core.documents import SchemaDeduction
from pipeweave_dagster.core.errors import not_found, validation_error
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.schema_versions import compare_with_run


def register(group: typer.Typer) -> None:
    """Add the command to the group `datasets`."""
    group.command("schema", epilog="Example: `pipeweave datasets schema titanic --diff 3f2a`")(
        schema
    )


def schema(
    name: Annotated[str, typer.Argument(help="Data set.")],
    format_: SchemaFormat = None,
    diff: Annotated[
        str | None,
        typer.Option(
            metavar="RUN",
            help="Show what changed since this run (its id or first characters) instead.",
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Print the schema of the published version, by default as JSON Schema; or compare it.

    With `--diff RUN`: columns that were added, removed, renamed or retyped, and changed roles,
    target and values, from that run to the latest one.
    """
    if diff is not None and format_ is not None:
        raise validation_error("--diff and --format exclude each other.", fix="Give one of them.")
    home.prepare()
    if diff is not None:
        _compare(name, diff, as_json=json)
        return
    with home.workbench() as bench:
        head = bench.store.require_head(name)
        found = bench.store.load_entry(head.entries, "schema_deduction", SchemaDeduction)
    if found is None:
        raise not_found(f"{name!r} has no schema yet.", fix="Run it first.")
    emit_schema(found, name, format_ or "json-schema", as_json=json)


def _compare(name: str, run: str, *, as_json: bool) -> None:
    with home.workbench() as bench:
        found = compare_with_run(bench, known(bench.store, name), run)
    facts = {
        "dataset": name,
        "before": found.before,
        "after": found.after,
        "changes": [change.model_dump(mode="json") for change in found.changes],
    }
    head = f"Run {found.before[:8]} → {found.after[:8]}"
    if not found.changes:
        emit(facts, as_json, f"{head}: no change")
        return
    rows = [(c.severity, c.code, c.column, c.message) for c in found.changes]
    table = columns(["severity", "change", "column", "what changed"], rows, width=100)
    emit(facts, as_json, f"{head}\n\n{table}")
