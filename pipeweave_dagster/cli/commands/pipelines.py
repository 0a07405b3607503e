"""`pipeweave pipelines`: list, show, compare and export pipelines."""

from typing import Annotated

import typer

from pipeweave_dagster.cli.commands import pipeline_check, pipeline_export, pipeline_versions
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, columns, emit, plain
from pipeweave_dagster.core.documents import DatasetSnapshot, PipelineSpec
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.core.pipelines.preview import preview as preview_step
from pipeweave_dagster.services.dataset_versions import published_pipeline
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.pipeline_facts import list_pipelines


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Pipelines: list, show, check, compare, export.", no_args_is_help=True)
    group.command("ls", epilog="Example: `pipeweave pipelines ls`")(ls)
    group.command("show", epilog="Example: `pipeweave pipelines show titanic`")(show)
    pipeline_check.register(group)
    pipeline_export.register(group)
    group.command("preview", epilog="Example: `pipeweave pipelines preview titanic numbers`")(
        preview
    )
    pipeline_versions.register(group)
    app.add_typer(group, name="pipelines")


def _spec(name: str) -> PipelineSpec:
    with home.workbench() as bench:
        return published_pipeline(bench.store, known(bench.store, name))


def ls(json: AsJson = False) -> None:
    """List the data sets that have a pipeline, one per line."""
    home.prepare()
    with home.workbench() as bench:
        facts = list_pipelines(bench.store)
    rows = [(f["dataset"], f["target"], f["task"], f["features"], f["steps"]) for f in facts]
    emit(
        {"pipelines": facts},
        json,
        columns(["data set", "target", "task", "features", "steps"], rows),
    )


def show(
    name: Annotated[str, typer.Argument(help="Data set.")],
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Print a Mermaid flowchart.")] = False,
    json: AsJson = False,
) -> None:
    """Describe a pipeline: summary, steps with their reasons, and dropped columns."""
    from pipeweave_dagster.core.pipelines import diagram

    home.prepare()
    spec = _spec(name)
    if mermaid:
        text = diagram.mermaid_diagram(spec)
        emit({"dataset": name, "mermaid": text}, json, text.rstrip())
        return
    rows = [
        (s.name, s.kind, s.use, len(s.columns), ",".join(s.after), s.reason) for s in spec.steps
    ]
    dropped = [f"dropped {plain(n)}: {plain(r)}" for n, r in spec.dropped.items()]
    table = columns(["step", "kind", "uses", "columns", "after", "reason"], rows)
    summary = plain(diagram.describe(spec))
    emit(spec.model_dump(mode="json"), json, "\n".join([summary, table, *dropped]))


def preview(
    name: Annotated[str, typer.Argument(help="Data set.")],
    step: Annotated[str, typer.Argument(help="Name of a step that creates columns; see `show`.")],
    json: AsJson = False,
) -> None:
    """Preview the columns that a step creates from the first 5,000 rows; texts are masked."""
    home.prepare()
    spec = _spec(name)
    with home.workbench() as bench:
        snapshot = bench.store.latest(name, "dataset", DatasetSnapshot)
        if snapshot is None:
            raise not_found(f"{name!r} has no typed table yet.", fix="Run the data set first.")
        data = bench.store.payload(snapshot.data)
        facts = bench.on_data(preview_step, spec=spec, data=data, step=step)
    rows = [
        (c["name"], c["before"], c["after"], c["missing_before"], c["missing_after"],
         c["distinct"], " ".join(c["first"]))
        for c in facts["columns"]
    ]  # fmt: skip
    header = [
        "column",
        "type before",
        "after",
        "missing before",
        "after",
        "distinct",
        "first values",
    ]
    emit(facts, json, columns(header, rows))
