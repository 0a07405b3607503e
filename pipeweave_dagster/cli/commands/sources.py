"""`pipeweave sources`: databases that data sets are pulled from."""

import contextlib
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, columns, day, emit, fail
from pipeweave_dagster.cli.support.show_option import Show, ShowProgress, shown
from pipeweave_dagster.core.documents import Source, SourceState
from pipeweave_dagster.core.errors import PipeWeaveError, not_found
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.pull import check as check_connection
from pipeweave_dagster.services.pulled_files import pull_key
from pipeweave_dagster.services.sources import (
    load_source,
    source_names,
    state_of_source,
    valid_sources,
)
from pipeweave_dagster.services.upload_locks import lock_upload

if TYPE_CHECKING:
    import dagster as dg

    from pipeweave_dagster.services.workbench import Workbench

Name = Annotated[str, typer.Argument(help="Source: the name of its file without `.yaml`.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Pull data sets from databases.", no_args_is_help=True)
    group.command("ls", epilog="Example: `pipeweave sources ls`")(list_sources)
    group.command("check", epilog="Example: `pipeweave sources check flights`")(check)
    group.command("pull", epilog="Example: `pipeweave sources pull flights`")(pull)
    app.add_typer(group, name="sources")


def list_sources(json: AsJson = False) -> None:
    """List the sources in the storage, with the last pull of each."""
    home.prepare()
    with home.workbench() as bench:
        valid, wrong = valid_sources(bench.store)
        facts = [
            _facts(name, valid.get(name), state_of_source(bench.store, name), wrong.get(name))
            for name in source_names(bench.store)
        ]
    rows = [
        [f["name"], f["source"] or "", f["schedule"] or "", f["rows"] if f["at"] else "",
         day(f["at"]) if f["at"] else "never", f["error"]["message"] if f["error"] else ""]
        for f in facts
    ]  # fmt: skip
    table = columns(["source", "what", "schedule", "rows", "last pull (UTC)", "error"], rows, 90)
    emit(
        {"sources": facts},
        json,
        table if facts else "There is no source; see docs/how-to/sources.md.",
    )


def _facts(
    name: str, source: Source | None, state: SourceState, wrong: PipeWeaveError | None
) -> dict[str, Any]:
    return {
        "name": name,
        "source": source.described if source else None,
        "schedule": source.schedule if source else None,
        "rows": state.pull.rows if state.pull else 0,
        "parts": len(state.pull.parts) if state.pull else 0,
        "at": state.at,
        "notes": state.pull.notes if state.pull else [],
        "error": wrong.envelope() if wrong else state.error,
    }


def check(name: Name, json: AsJson = False) -> None:
    """Validate the file of a source, connect, and show its columns; no rows are read."""
    home.prepare()
    with home.workbench() as bench:
        found = check_connection(bench, name)
        described = load_source(bench.store, name).described
    facts = {"name": name, "source": described, "columns": found}
    emit(facts, json, "\n".join([f"{name}: {described} can be read", *(f"  {c}" for c in found)]))


def pull(
    name: Name,
    whole: Annotated[
        bool, typer.Option("--whole", help="Read all parts, also those that look unchanged.")
    ] = False,
    run: Annotated[
        bool, typer.Option("--run", help="Run the main job on the result here and now.")
    ] = False,
    progress: ShowProgress = True,
    json: AsJson = False,
) -> None:
    """Pull a source into the landing zone; the sensor then starts the run of its data set."""
    from pipeweave_dagster.cli.support.launch import execute_pull
    from pipeweave_dagster.cli.support.pulled_text import parts_read, pulled_text
    from pipeweave_dagster.cli.support.run_text import as_text
    from pipeweave_dagster.lib.failure_reasons import error_of

    home.prepare()
    show = shown(progress=progress, as_json=json)
    with home.workbench() as bench, home.instance() as instance:
        source = load_source(bench.store, name)
        key = pull_key(name)
        with lock_upload(bench.store, key) if run else contextlib.nullcontext():
            before, stored = state_of_source(bench.store, name), bench.store.storage.stat(key)
            run_id = execute_pull(instance, name, whole=whole, show=show)
            audit.record(bench.store, "pull", name, version=run_id, after={"whole": whole})
            after = state_of_source(bench.store, name)
            facts = _facts(name, source, after, None)
            facts |= {
                "run_id": run_id,
                "changed": after.pull != before.pull,
                "delivered": bench.store.storage.stat(key) != stored,
                "parts_read": parts_read(instance, run_id),
                "rows_before": before.pull.rows if before.pull else None,
            }
            error, result = error_of(instance, run_id), None
            if run and error is None and source.dataset:
                result = _run(bench, instance, name, show=show)
                error = error_of(instance, result["run_id"])
    facts["run"] = result
    if error is not None:
        facts["error"] = error.envelope()
        emit(facts, json)
        sys.exit(error.code.exit_code if json else fail(error, as_json=False))
    text = [pulled_text(facts), *(f"note: {note}" for note in facts["notes"])]
    emit(facts, json, "\n".join([*text, *([as_text(result)] if result else [])]))


def _run(
    bench: "Workbench", instance: "dg.DagsterInstance", name: str, *, show: Show
) -> dict[str, Any]:
    """Run the main job on what was pulled, and return the facts of the run."""
    from pipeweave_dagster.cli.support.launch import execute
    from pipeweave_dagster.lib.partitions import UPLOAD_TAG, UPLOAD_VERSION_TAG
    from pipeweave_dagster.services.run_facts import summarise

    stored = bench.store.storage.stat(pull_key(name))
    if stored is None:
        raise not_found(f"The source {name!r} has no rows.", fix="Pull it again when it has some.")
    tags = {UPLOAD_TAG: stored.key, UPLOAD_VERSION_TAG: stored.version}
    run_id = execute(instance, bench, "process_dataset", name, tags=tags, show=show)
    return summarise(bench.store, bench.settings, name, run_id)
