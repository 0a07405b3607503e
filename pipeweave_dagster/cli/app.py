"""The tree of commands."""

import typer

from pipeweave_dagster.cli.commands import (
    advice,
    config,
    datasets,
    demo,
    dev,
    doctor,
    eda,
    expectations,
    findings,
    ingest,
    migrate,
    models,
    pipelines,
    predict,
    reports,
    run,
    runs,
    schedule,
    schema,
    steps,
    storage,
    uploads,
    web,
)


def build_app() -> typer.Typer:
    """Build the command line; every command has `--help` with an example, most have `--json`."""
    app = typer.Typer(
        name="pipeweave",
        help="Turn a table into typed data, a data report, a trained model and predictions.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
        rich_markup_mode="markdown",
    )
    for module in (
        run,
        dev,
        web,
        demo,
        uploads,
        ingest,
        schema,
        eda,
        predict,
        doctor,
        migrate,
        storage,
    ):
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
