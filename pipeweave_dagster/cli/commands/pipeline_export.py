"""`pipeweave pipelines export`: a pipeline as JSON, or its model as a standalone folder."""

from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, deliver, emit
from pipeweave_dagster.core.documents import DatasetSnapshot, PipelineSpec, TrainedModel
from pipeweave_dagster.core.errors import not_found, validation_error
from pipeweave_dagster.services.dataset_versions import published_pipeline
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.model_versions import load_origin, load_version
from pipeweave_dagster.services.workbench import Workbench

_TABLE = "table.parquet"
_WITHOUT_SCRIPT = (
    "There is no train.py: the model uses steps of other packages, or has a member that was fitted "
    "on all rows while the others used a sample, or an earlier release trained it."
)


class _Chosen(NamedTuple):
    """A pipeline, the model trained with it, and the table it was trained on."""

    spec: PipelineSpec
    trained: TrainedModel | None
    snapshot: DatasetSnapshot | None


def register(group: typer.Typer) -> None:
    """Add the command to the group `pipelines`."""
    group.command("export", epilog="Example: `pipeweave pipelines export titanic > spec.json`")(
        export
    )


def export(
    name: Annotated[str, typer.Argument(help="Data set.")],
    output: Annotated[
        Path | None,
        typer.Option(help="Write the model and scripts that run without PipeWeave to this folder."),
    ] = None,
    version: Annotated[
        str | None, typer.Option(help="Registered version; default: the newest.")
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
        chosen = _chosen(bench.store, known(bench.store, name), version)
        if output is None:
            emit(chosen.spec.model_dump(mode="json"), json, chosen.spec.to_json().decode())
            return
        files = _written(bench, name, chosen, output)
        if table and chosen.snapshot is not None:
            deliver(bench.store.payload(chosen.snapshot.data), output / _TABLE)
            files.append(_TABLE)
    lines = [f"{output}: {', '.join(files)}"]
    if "train.py" not in files:
        lines.append(_WITHOUT_SCRIPT)
    emit({"dataset": name, "folder": str(output), "files": files}, json, "\n".join(lines))


def _chosen(store: DocumentStore, dataset: str, version: str | None) -> _Chosen:
    if version is not None:
        spec, snapshot = load_origin(store, dataset, version)
        return _Chosen(spec, load_version(store, dataset, version)[0], snapshot)
    newest = published_pipeline(store, dataset)
    trained = store.latest(dataset, "model", TrainedModel)
    return _Chosen(newest, trained, store.latest(dataset, "dataset", DatasetSnapshot))


def _written(bench: Workbench, name: str, chosen: _Chosen, output: Path) -> list[str]:
    from pipeweave_dagster.core.export.folder import export_model

    trained, payload = chosen.trained, bench.store.payload
    if trained is None:
        raise not_found(f"{name!r} has no model yet.", fix="Run the data set first.")
    division = payload(trained.division) if trained.division is not None else None
    return export_model(payload(trained.model), division, trained, chosen.spec, output)
