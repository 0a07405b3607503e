"""The tree of commands."""

import importlib

import typer

_COMMANDS = {
    "run": ("run",),
    "dev": ("dev",),
    "web": ("web",),
    "demo": ("demo",),
    "uploads": ("upload", "upload-url"),
    "ingest": ("ingest",),
    "schema": ("schema",),
    "eda": ("eda",),
    "predict": ("predict",),
    "prediction_origin": ("predictions",),
    "serve": ("serve",),
    "doctor": ("doctor",),
    "migrate": ("migrate",),
    "storage": ("usage", "gc"),
    "sources": ("sources",),
    "datasets": ("datasets",),
    "erase": ("erase",),
    "findings": ("findings",),
    "reports": ("reports",),
    "expectations": ("expectations",),
    "pipelines": ("pipelines",),
    "steps": ("steps",),
    "advice": ("advice",),
    "models": ("models",),
    "evaluate": ("evaluate",),
    "runs": ("logs", "runs"),
    "schedule": ("schedule",),
    "alerts": ("alerts",),
    "monitor": ("monitor",),
    "users": ("users",),
    "audit": ("audit",),
    "overview": ("overview",),
    "config": ("config",),
}
"""The commands and groups that each module of `commands` registers, in the order of the help."""


def build_app(command: str | None = None) -> typer.Typer:
    """Build the command line; every command has `--help` with an example, most have `--json`.

    Args:
        command: The command or group that will be called: the modules of the others, half of the
            time that a short command takes, are not imported. Otherwise all are.
    """
    app = typer.Typer(
        name="pipeweave",
        help="Turn a table into typed data, a data report, a trained model and predictions.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
        rich_markup_mode="markdown",
    )
    app.callback()(_keep_name)
    called = [module for module, names in _COMMANDS.items() if command in names]
    for module in called or _COMMANDS:
        importlib.import_module(f"pipeweave_dagster.cli.commands.{module}").register(app)
    return app


def _keep_name() -> None:
    # With a callback, an only command is still called by its name.
    pass
