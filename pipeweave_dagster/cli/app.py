"""The tree of commands."""

import typer

from pipeweave_dagster.cli.commands import (
    advice,
    config,
    datasets,
    demo,
    dev,
    doctor,
    expectations,
    files,
    findings,
    migrate,
    models,
    pipelines,
    predict,
    reports,
    run,
    runs,
    schedule,
    steps,
    storage,
    uploads,
    web,
)


def build_app() -> typer.Typer:
    """All commands; each has `--json`, and `--help` with an example."""
    app = typer.Typer(
        name="pipeweave",
        help="Drop a table; get typed data, a report, a model and predictions, with lineage.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
        rich_markup_mode="markdown",
    )
    for module in (run, dev, web, demo, uploads, files, predict, doctor, migrate, storage):
        module.register(app)
    groups = (
        datasets,
        findings,
        reports,
        expectations,
        pipelines,
        steps,
        advice,
        models,
        runs,
        schedule,
        config,
    )
    for module in groups:
        module.register(app)
    return app
