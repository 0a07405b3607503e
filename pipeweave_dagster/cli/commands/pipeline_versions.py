"""`pipeweave pipelines history` and `diff`: list and compare pipeline versions."""

from typing import Annotated

import typer

from pipeweave_dagster.adapters.state import DocumentStore, Entry
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, columns, day, emit, plain
from pipeweave_dagster.core.documents import PipelineSpec
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.services.dataset_versions import documents_of, find_version
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.pipeline_facts import list_versions

_Version = Annotated[
    str | None, typer.Argument(help="Version id or its first characters; see `history`.")
]
_LISTED = "pipeweave pipelines history"


def register(group: typer.Typer) -> None:
    """Add the commands to the group `pipelines`."""
    group.command("history", epilog="Example: `pipeweave pipelines history titanic`")(history)
    group.command("diff", epilog="Example: `pipeweave pipelines diff titanic`")(diff)


def history(name: Annotated[str, typer.Argument(help="Data set.")], json: AsJson = False) -> None:
    """List the versions of a pipeline, newest first, with the run that created each."""
    home.prepare()
    with home.workbench() as bench:
        facts = list_versions(bench.store, known(bench.store, name))
    rows = [
        (f["version"][:12], day(f["made_at"]), f["run_id"][:8], f["source"], f["features"])
        for f in facts
    ]
    text = columns(["version", "made at", "run", "by", "features"], rows)
    emit({"dataset": name, "versions": facts}, json, text)


def diff(
    name: Annotated[str, typer.Argument(help="Data set.")],
    before: _Version = None,
    after: _Version = None,
    json: AsJson = False,
) -> None:
    """Show what changed between two versions; by default since the previous one."""
    from pipeweave_dagster.core.pipelines import difference

    home.prepare()
    with home.workbench() as bench:
        found = documents_of(bench.store, known(bench.store, name), "pipeline")
        new = (
            _in_force(bench.store, name, found)
            if after is None
            else find_version(found, name, "pipeline", after, _LISTED)
        )
        others = [entry for entry in found if new is not None and entry.document != new.document]
        old = (
            next(iter(others), None)
            if before is None
            else find_version(found, name, "pipeline", before, _LISTED)
        )
        if old is None or new is None:
            raise not_found(
                f"{name!r} has no earlier pipeline to compare with.",
                fix="Run it with another pipeline first.",
            )
        changes = difference(_spec(bench.store, old), _spec(bench.store, new))
    facts = [{"path": c.path, "before": c.before, "after": c.after} for c in changes]
    head = f"{old.document[:12]} → {new.document[:12]}"
    lines = [head, *(plain(c.text) for c in changes)] if changes else [f"{head}: no change"]
    document = {"dataset": name, "before": old.document, "after": new.document, "changes": facts}
    emit(document, json, "\n".join(lines))


def _in_force(store: DocumentStore, name: str, found: list[Entry]) -> Entry | None:
    """Return the published pipeline (which may be an older one), or the newest."""
    head = store.head(name)
    return head.entries.get("pipeline") if head else next(iter(found), None)


def _spec(store: DocumentStore, entry: Entry) -> PipelineSpec:
    return store.load(entry.document, PipelineSpec)
