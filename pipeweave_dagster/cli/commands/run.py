"""`pipeweave run`: the main job on one file."""

import sys
from typing import Annotated

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, emit, fail
from pipeweave_dagster.cli.support.read_option import ReadOption, read_settings
from pipeweave_dagster.cli.support.table_file import TableFile
from pipeweave_dagster.cli.support.uploads import readable, remember
from pipeweave_dagster.core.landing import settings_from
from pipeweave_dagster.core.naming import SETTINGS_FILE, check_slug, name_of_file
from pipeweave_dagster.services.upload_addresses import file_name_of
from pipeweave_dagster.services.upload_completion import place
from pipeweave_dagster.services.upload_locks import lock_upload

_EXAMPLE = "Example: `pipeweave run titanic.csv --target survived --time-budget 30`"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=_EXAMPLE)(run)


def run(  # noqa: PLR0913, PLR0917 - an option per setting
    file: TableFile,
    name: Annotated[
        str | None, typer.Option(help="Data set; default: derived from the file name.")
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="Column to predict, or none; default: deduced.")
    ] = None,
    metric: Annotated[
        str | None, typer.Option(help="Metric to optimize: roc_auc, log_loss, rmse, …")
    ] = None,
    time_budget: Annotated[
        float | None,
        typer.Option(help="Seconds for the run; it ends at most 10 s later.", min=1),
    ] = None,
    quality: Annotated[
        str | None,
        typer.Option(
            help="fast, medium or best: 20, 60 or 600 seconds, unless --time-budget is given."
        ),
    ] = None,
    read: ReadOption = None,
    json: AsJson = False,
) -> None:
    """Run the main job on one file: typed data, findings, report, pipeline, registered model."""
    from pipeweave_dagster.cli.support.launch import execute
    from pipeweave_dagster.cli.support.run_text import as_text
    from pipeweave_dagster.lib.failure_reasons import error_of
    from pipeweave_dagster.lib.partitions import (
        SETTINGS_VERSION_TAG,
        UPLOAD_TAG,
        UPLOAD_VERSION_TAG,
    )
    from pipeweave_dagster.services.run_facts import summarise

    settings = home.prepare()
    path = readable(file, settings.max_dataset_bytes)
    dataset = check_slug(name) if name else name_of_file(path.name)
    given = {
        "target": target,
        "metric": metric,
        "time_budget_s": time_budget,
        "quality": quality,
        "read": read_settings(read),
    }
    chosen = {key: value for key, value in given.items() if value is not None}
    settings_from(chosen, "the command line")
    with home.workbench() as bench, home.instance() as instance:
        key = f"uploads/{dataset}/{file_name_of(path.name)}"
        with (
            lock_upload(bench.store, key),
            lock_upload(bench.store, f"uploads/{dataset}/{SETTINGS_FILE}"),
        ):
            version = place(bench.store, dataset, key, path)
            not_kept = remember(bench.store, dataset, chosen)
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
    if not_kept:
        typer.echo(f"note: {not_kept}", err=True)
    facts["error"] = error.envelope() if error else None
    emit(facts, json, as_text(facts))
    if error is not None:
        sys.exit(error.code.exit_code if json else fail(error, as_json=False))
