"""`pipeweave run`: the main job, one file in, model and report out."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, emit, fail
from pipeweave_dagster.core.errors import not_found, validation_error
from pipeweave_dagster.core.landing import settings_from
from pipeweave_dagster.core.naming import SETTINGS_FILE, check_slug, name_of_file
from pipeweave_dagster.services.receive import check_size, settings_of
from pipeweave_dagster.services.upload_locks import claim

_EXAMPLE = "Example: `pipeweave run titanic.csv --target survived --time-budget 30`"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=_EXAMPLE)(run)


def run(
    file: Annotated[
        Path, typer.Argument(help="CSV, TSV, Parquet, JSON, Excel …, also compressed.")
    ],
    name: Annotated[str | None, typer.Option(help="Data set; default: from the file name.")] = None,
    target: Annotated[str | None, typer.Option(help="Column to predict; else deduced.")] = None,
    metric: Annotated[str | None, typer.Option(help="roc_auc, log_loss, rmse, …")] = None,
    time_budget: Annotated[
        float | None, typer.Option(help="Seconds until there is a model.", min=1)
    ] = None,
    quality: Annotated[
        str | None,
        typer.Option(help="fast, medium or best: 20, 60 or 600 seconds, if no budget is given."),
    ] = None,
    json: AsJson = False,
) -> None:
    """The main job: one file in; typed data, report, model and registry entry out."""
    from pipeweave_dagster.cli.support.launch import execute
    from pipeweave_dagster.cli.support.run_summary import in_words, summarise
    from pipeweave_dagster.lib.failure_reasons import error_of
    from pipeweave_dagster.lib.partitions import (
        SETTINGS_VERSION_TAG,
        UPLOAD_TAG,
        UPLOAD_VERSION_TAG,
    )

    settings = home.prepare()
    path = readable(file, settings.max_dataset_bytes)
    dataset = check_slug(name) if name else name_of_file(path.name)
    given = {
        "target": target,
        "metric": metric,
        "time_budget_s": time_budget,
        "quality": quality,
    }
    chosen = {key: value for key, value in given.items() if value is not None}
    settings_from(chosen, "the command line")
    with home.workbench() as bench, home.instance() as instance:
        key = f"uploads/{dataset}/{safe_name(path)}"
        with claim(bench.store, key), claim(bench.store, f"uploads/{dataset}/{SETTINGS_FILE}"):
            version = place(bench.store, dataset, key, path)
            remember(bench.store, dataset, chosen)
            tags = {UPLOAD_TAG: key, UPLOAD_VERSION_TAG: version}
            written = bench.store.storage.stat(f"uploads/{dataset}/{SETTINGS_FILE}")
            if written is not None:
                tags[SETTINGS_VERSION_TAG] = written.version
            config = {"ops": {"raw_upload": {"config": {**chosen, "upload": key}}}}
            run_id = execute(
                instance,
                bench,
                "process_dataset",
                dataset,
                tags=tags,
                config=config,
                quiet=json,
            )
        facts = summarise(bench.store, settings, dataset, run_id)
        error = error_of(instance, run_id)
    facts["error"] = error.envelope() if error else None
    emit(facts, json, in_words(facts))
    if error is not None:
        sys.exit(error.code.exit_code if json else fail(error, as_json=False))


def readable(file: Path, max_bytes: int) -> Path:
    """The file, if it can be taken at all; nothing of it is read here.

    Raises:
        PipeWeaveError: NOT_FOUND or VALIDATION_ERROR.
    """
    if not file.exists():
        raise not_found(f"There is no file {str(file)!r}.", fix="Check the path.")
    if not file.is_file():
        raise validation_error(f"{str(file)!r} is no regular file.", fix="Name one file.")
    check_size(file.name, file.stat().st_size, max_bytes)
    return file


def safe_name(path: Path) -> str:
    """The file's name as last part of a storage key."""
    name = "".join(c if c.isprintable() and c not in "\\/" else "_" for c in path.name)
    return name.lstrip(".")[-200:] or "upload"


def place(store: DocumentStore, dataset: str, key: str, path: Path) -> str:
    """Put the file into the landing zone and give the version that it has there."""
    from pipeweave_dagster.core.landing import uploads_in

    store.storage.put_file(key, path)
    listed = uploads_in(store.storage.list(f"uploads/{dataset}/"))
    return next(upload.version for upload in listed if upload.key == key)


def remember(store: DocumentStore, dataset: str, chosen: dict[str, Any]) -> None:
    """Keep target and metric for later uploads, unless the data set has settings of its own."""
    kept = {name: chosen[name] for name in ("target", "metric") if name in chosen}
    key = f"uploads/{dataset}/{SETTINGS_FILE}"
    if kept and settings_of(store, dataset) == settings_from({}, key):
        text = "# Written by 'pipeweave run'; change it as you like.\n"
        store.storage.put_if_absent(key, (text + yaml.safe_dump(kept, allow_unicode=True)).encode())
