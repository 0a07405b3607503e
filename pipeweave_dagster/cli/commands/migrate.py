"""`pipeweave migrate`: update the database schemas, before any service opens them."""

import typer

from pipeweave_dagster.adapters.mlflow_store import prepare_store
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, emit


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: `pipeweave migrate`")(migrate)


def migrate(json: AsJson = False) -> None:
    """Create or upgrade the database tables of Dagster and MLflow; safe to repeat."""
    settings = home.prepare()
    with home.instance() as instance:
        instance.upgrade()
    # With an MLflow server, the database behind it is a setting of its own.
    store = settings.secret("mlflow_backend_store_uri") or settings.tracking_uri
    with home.workbench() as bench:
        bench.on_model(prepare_store, tracking_uri=store)
    emit({"migrated": ["dagster", "mlflow"]}, json, "The databases are up to date.")
