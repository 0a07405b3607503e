"""`pipeweave pipelines`: the constructed pipelines."""

from pathlib import Path
from typing import Annotated

import typer

from pipeweave_dagster.cli.commands import pipeline_export, pipeline_versions
from pipeweave_dagster.cli.commands.datasets import known
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, columns, emit, plain
from pipeweave_dagster.core.documents import (
    ColumnDeduction,
    DatasetSettings,
    DatasetSnapshot,
    PipelineSpec,
    SchemaDeduction,
)
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.core.landing import parse_settings
from pipeweave_dagster.core.pipelines.preview import preview as preview_step
from pipeweave_dagster.services.dataset_versions import pipeline_in_force
from pipeweave_dagster.services.receive import settings_of


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="The constructed pipelines.", no_args_is_help=True)
    group.command("ls", epilog="Example: `pipeweave pipelines ls`")(ls)
    group.command("show", epilog="Example: `pipeweave pipelines show titanic`")(show)
    group.command("check", epilog="Example: `pipeweave pipelines check titanic`")(check)
    group.command("optimise", epilog="Example: `pipeweave pipelines optimise titanic`")(optimise)
    pipeline_export.register(group)
    group.command("preview", epilog="Example: `pipeweave pipelines preview titanic numbers`")(
        preview
    )
    pipeline_versions.register(group)
    app.add_typer(group, name="pipelines")


def _spec(name: str) -> PipelineSpec:
    with home.workbench() as bench:
        return pipeline_in_force(bench.store, known(bench.store, name))


def ls(json: AsJson = False) -> None:
    """One line a data set that has a pipeline."""
    home.prepare()
    with home.workbench() as bench:
        specs = {n: bench.store.latest(n, "pipeline", PipelineSpec) for n in bench.store.datasets()}
    found = {name: spec for name, spec in specs.items() if spec is not None}
    facts = [
        {"dataset": n, "target": s.target, "task": s.task, "features": len(s.features),
         "steps": len(s.steps), "sha256": s.sha256}
        for n, s in found.items()
    ]  # fmt: skip
    rows = [(f["dataset"], f["target"], f["task"], f["features"], f["steps"]) for f in facts]
    emit(
        {"pipelines": facts},
        json,
        columns(["data set", "target", "task", "features", "steps"], rows),
    )


def show(
    name: Annotated[str, typer.Argument(help="Data set.")],
    mermaid: Annotated[bool, typer.Option("--mermaid", help="As a Mermaid flow chart.")] = False,
    json: AsJson = False,
) -> None:
    """What it does in words, its steps, each with its reason, and what was dropped."""
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
    table = columns(["step", "kind", "uses", "columns", "after", "why"], rows)
    words = plain(diagram.describe(spec))
    emit(spec.model_dump(mode="json"), json, "\n".join([words, table, *dropped]))


def check(
    name: Annotated[str, typer.Argument(help="Data set.")],
    settings: Annotated[
        Path | None,
        typer.Option(help="A pipeweave.yaml to check; else that of the data set."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Validate the stored pipeline with what pipeweave.yaml says of it; nothing is computed."""
    home.prepare()
    _as_said(name, settings)
    emit({"dataset": name, "valid": True}, json, "valid")


def optimise(
    name: Annotated[str, typer.Argument(help="Data set.")],
    settings: Annotated[
        Path | None,
        typer.Option(help="A pipeweave.yaml to start from; else that of the data set."),
    ] = None,
    json: AsJson = False,
) -> None:
    """The same pipeline in fewer steps, with equal predictions; prints it for pipeweave.yaml."""
    from pipeweave_dagster.core.pipelines.builder import as_settings
    from pipeweave_dagster.core.pipelines.optimise import optimised

    home.prepare()
    spec, known = _as_said(name, settings)
    better, told = optimised(spec, known)
    facts = {"dataset": name, "steps_before": len(spec.steps), "steps": len(better.steps),
             "changes": told, "pipeline": better.model_dump(mode="json")}  # fmt: skip
    lines = [f"# {plain(line)}" for line in told] or ["# Nothing could be left out or merged."]
    emit(facts, json, "\n".join([*lines, as_settings(better).rstrip()]))


def _as_said(name: str, settings: Path | None) -> tuple[PipelineSpec, dict[str, ColumnDeduction]]:
    """The stored pipeline under what the settings say, checked, and what is known of columns."""
    from pipeweave_dagster.core.pipelines.handwritten import apply_settings

    spec = _spec(name)
    with home.workbench() as bench:
        given = settings_of(bench.store, name) if settings is None else _read(settings)
        snapshot = bench.store.latest(name, "dataset", DatasetSnapshot)
        schema = bench.store.latest(name, "schema_deduction", SchemaDeduction)
    own = [*spec.features, spec.target]
    columns = [c.name for c in snapshot.columns] if snapshot else own
    known = {c.name: c for c in schema.columns} if schema else {}
    return apply_settings(spec, given, columns, known), known


def _read(path: Path) -> DatasetSettings:
    if not path.is_file():
        raise not_found(f"There is no file {str(path)!r}.", fix="Check the path.")
    return parse_settings(path.read_bytes(), path.name)


def preview(
    name: Annotated[str, typer.Argument(help="Data set.")],
    step: Annotated[str, typer.Argument(help="A step that makes columns; see `show`.")],
    json: AsJson = False,
) -> None:
    """What a step makes of its columns, on the first 5,000 rows; texts are masked."""
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
    header = ["column", "was", "is", "missing before", "after", "distinct", "first values"]
    emit(facts, json, columns(header, rows))
