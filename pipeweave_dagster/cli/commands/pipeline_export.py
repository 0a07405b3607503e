"""`pipeweave pipelines export`: a pipeline as JSON, or its model as a standalone folder."""

from pathlib import Path
from typing import Annotated

import typer

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.chosen_version import chosen_version
from pipeweave_dagster.cli.support.output import AsJson, deliver, emit, plain
from pipeweave_dagster.core.documents import PipelineSpec
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.services.dataset_versions import published_pipeline
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.model_aliases import aliases_of
from pipeweave_dagster.services.model_versions import load_origin, load_version
from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster.services.workbench import Workbench

_TABLE = "table.parquet"
_WITHOUT_SCRIPT = (
    "There is no train.py: the model uses steps or models of other packages, or has a member that "
    "was fitted on all rows while the others used a sample, or an earlier release trained it."
)
_WITH_HASHES = (
    "The values of {names} were hashed for training: score.py needs the key of this installation "
    "(`PIPEWEAVE_PRIVACY_KEY`, or `privacy.key` in its home), see README.md."
)


def register(group: typer.Typer) -> None:
    """Add the command to the group `pipelines`."""
    group.command("export", epilog="Example: `pipeweave pipelines export titanic > spec.json`")(
        export
    )


def register_model(group: typer.Typer) -> None:
    """Add the same command to the group `models`, where a model is looked for."""
    example = "Example: `pipeweave models export titanic --output titanic-model`"
    group.command("export", epilog=example)(export)


def export(
    name: Annotated[str, typer.Argument(help="Data set.")],
    output: Annotated[
        Path | None,
        typer.Option(help="Write the model and scripts that run without PipeWeave to this folder."),
    ] = None,
    version: Annotated[
        str | None,
        typer.Option(
            help="Registered version; default: the champion, for JSON the newest pipeline."
        ),
    ] = None,
    table: Annotated[
        bool, typer.Option("--table", help="Include the typed training table.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Print the pipeline as JSON, or write its model as a standalone folder."""
    if table and output is None:
        raise validation_error("--table needs a folder.", fix="Add `--output FOLDER`.")
    home.prepare()
    with home.workbench() as bench:
        if output is None:
            spec = _pipeline(bench.store, known(bench.store, name), version)
            emit(spec.model_dump(mode="json"), json, spec.to_json().decode())
            return
        dataset, chosen = chosen_version(bench.store, name, version)
        files, hashed = _written(bench, dataset, chosen, output, table=table)
        champion = aliases_of(bench.store, dataset).get("champion") == chosen
    title = f"version {chosen}{', the champion' if champion else ''}"
    lines = [f"{output}: {title}: {', '.join(files)}"]
    if "train.py" not in files:
        lines.append(_WITHOUT_SCRIPT)
    if hashed:
        lines.append(_WITH_HASHES.format(names=", ".join(map(plain, hashed))))
    facts = {"dataset": dataset, "version": chosen, "folder": str(output), "files": files}
    emit(facts, json, "\n".join(lines))


def _pipeline(store: DocumentStore, dataset: str, version: str | None) -> PipelineSpec:
    if version is None:
        return published_pipeline(store, dataset)
    return load_origin(store, dataset, version)[0]


def _written(
    bench: Workbench, dataset: str, version: str, output: Path, *, table: bool
) -> tuple[list[str], list[str]]:
    """Write a version as a standalone folder; return its files, and its hashed columns."""
    from pipeweave_dagster.core.export.folder import export_model, hashed_columns

    payload = bench.store.payload
    spec, snapshot = load_origin(bench.store, dataset, version)
    trained, _ = load_version(bench.store, dataset, version)
    division = payload(trained.division) if trained.division is not None else None
    on_missing = settings_of(bench.store, dataset).on_missing
    files = export_model(payload(trained.model), division, trained, spec, output, on_missing)
    if table:
        deliver(payload(snapshot.data), output / _TABLE)
        files.append(_TABLE)
    return files, hashed_columns(trained)
