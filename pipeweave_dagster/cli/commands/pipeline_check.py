"""`pipeweave pipelines check` and `optimise`: a pipeline under the settings of a file."""

from pathlib import Path
from typing import Annotated

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, emit, plain
from pipeweave_dagster.core.documents import (
    ColumnDeduction,
    DatasetSettings,
    PipelineSpec,
)
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.core.landing import parse_settings
from pipeweave_dagster.services.dataset_versions import published_pipeline
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.pipeline_facts import applied_pipeline


def register(group: typer.Typer) -> None:
    """Add the commands to the group `pipelines`."""
    group.command("check", epilog="Example: `pipeweave pipelines check titanic`")(check)
    group.command("optimise", epilog="Example: `pipeweave pipelines optimise titanic`")(optimise)


def check(
    name: Annotated[str, typer.Argument(help="Data set.")],
    settings: Annotated[
        Path | None,
        typer.Option(help="pipeweave.yaml to check; default: that of the data set."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Validate the pipeline with the changes of pipeweave.yaml applied; nothing is computed."""
    home.prepare()
    _applied(name, settings)
    emit({"dataset": name, "valid": True}, json, "valid")


def optimise(
    name: Annotated[str, typer.Argument(help="Data set.")],
    settings: Annotated[
        Path | None,
        typer.Option(help="pipeweave.yaml to start from; default: that of the data set."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Print an equivalent pipeline with fewer steps, ready for pipeweave.yaml."""
    from pipeweave_dagster.core.pipelines.builder import as_settings
    from pipeweave_dagster.core.pipelines.optimise import optimised

    home.prepare()
    spec, columns = _applied(name, settings)
    better, changes = optimised(spec, columns)
    facts = {"dataset": name, "steps_before": len(spec.steps), "steps": len(better.steps),
             "changes": changes, "pipeline": better.model_dump(mode="json")}  # fmt: skip
    lines = [f"# {plain(line)}" for line in changes] or ["# No step can be removed or merged."]
    emit(facts, json, "\n".join([*lines, as_settings(better).rstrip()]))


def _applied(name: str, settings: Path | None) -> tuple[PipelineSpec, dict[str, ColumnDeduction]]:
    """Return the pipeline with the settings applied and checked, and the schema of its columns."""
    with home.workbench() as bench:
        dataset = known(bench.store, name)
        published_pipeline(bench.store, dataset)  # its absence comes before that of the file
        given = None if settings is None else _read(settings)
        return applied_pipeline(bench.store, dataset, given)


def _read(path: Path) -> DatasetSettings:
    if not path.is_file():
        raise not_found(f"There is no file {str(path)!r}.", fix="Check the path.")
    return parse_settings(path.read_bytes(), path.name)
