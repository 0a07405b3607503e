"""`pipeweave pipelines`: the constructed pipelines."""

from typing import Annotated

import typer

from pipeweave_dagster.cli import home
from pipeweave_dagster.cli.datasets import known
from pipeweave_dagster.cli.output import AsJson, columns, emit, plain
from pipeweave_dagster.core.documents import PipelineSpec
from pipeweave_dagster.core.errors import not_found, validation_error


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="The constructed pipelines.", no_args_is_help=True)
    group.command("ls", epilog="Example: `pipeweave pipelines ls`")(ls)
    group.command("show", epilog="Example: `pipeweave pipelines show titanic`")(show)
    group.command("check", epilog="Example: `pipeweave pipelines check titanic`")(check)
    group.command("export", epilog="Example: `pipeweave pipelines export titanic > spec.json`")(
        export
    )
    app.add_typer(group, name="pipelines")


def _spec(name: str) -> PipelineSpec:
    with home.workbench() as bench:
        found = bench.store.latest(known(bench.store, name), "pipeline", PipelineSpec)
    if found is None:
        raise not_found(f"{name!r} has no pipeline yet.", fix="Run the data set first.")
    return found


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


def show(name: Annotated[str, typer.Argument(help="Data set.")], json: AsJson = False) -> None:
    """The steps, each with its reason, and what was dropped."""
    home.prepare()
    spec = _spec(name)
    rows = [
        (s.name, s.kind, s.use, len(s.columns), ",".join(s.after), s.reason) for s in spec.steps
    ]
    dropped = [f"dropped {plain(n)}: {plain(r)}" for n, r in spec.dropped.items()]
    table = columns(["step", "kind", "uses", "columns", "after", "why"], rows)
    emit(spec.model_dump(mode="json"), json, "\n".join([table, *dropped]))


def check(name: Annotated[str, typer.Argument(help="Data set.")], json: AsJson = False) -> None:
    """Validate the stored pipeline statically."""
    from pipeweave_dagster.core.pipelines import validate

    home.prepare()
    problems = [str(problem) for problem in validate(_spec(name))]
    if problems:
        raise validation_error(f"The pipeline of {name!r} is not valid.", problems=problems)
    emit({"dataset": name, "valid": True}, json, "valid")


def export(name: Annotated[str, typer.Argument(help="Data set.")], json: AsJson = False) -> None:
    """Print the specification as JSON."""
    home.prepare()
    spec = _spec(name)
    emit(spec.model_dump(mode="json"), json, spec.to_json().decode())
