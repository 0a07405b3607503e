"""Prepare MLflow's store before anything opens it."""

import contextlib
import logging
import os
import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

_SQLITE = "sqlite:///"
_SCHEMA = re.compile(r"search_path(?:=|%3[Dd])(\w+)")
_LOCK_NUMBER = 7_294_118_066_521  # any number that nobody else locks in the database


def prepare_store(tracking_uri: str) -> None:
    """Create or migrate a store in a database, one process at a time; do nothing for a server.

    Several processes that open a new store at once all migrate it, fail, and leave it broken, so
    one does it while the others wait. A file beside an SQLite database records the version of
    MLflow that it is ready for.

    Args:
        tracking_uri: MLflow's URI of the store. For Postgres it may name a schema as
            `?options=-csearch_path%3Dmlflow`, which is created if it does not exist.
    """
    quiet_mlflow()
    if tracking_uri.startswith("postgresql"):
        _prepare_postgres(tracking_uri)
    if not tracking_uri.startswith(_SQLITE):
        return
    database = Path(tracking_uri.removeprefix(_SQLITE))
    ready = database.with_name(f"{database.name}.ready")
    if _is_ready(database, ready):
        return
    from filelock import FileLock

    database.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(database.with_name(f"{database.name}.lock")):
        if not _is_ready(database, ready):
            _migrate(tracking_uri)
            ready.write_text(version("mlflow"), encoding="utf-8")


def sqlite_database(tracking_uri: str) -> Path | None:
    """Return the file of a store in SQLite that this version of MLflow has prepared, else None."""
    if not tracking_uri.startswith(_SQLITE):
        return None
    database = Path(tracking_uri.removeprefix(_SQLITE))
    return database if _is_ready(database, database.with_name(f"{database.name}.ready")) else None


def quiet_mlflow() -> None:
    """Switch off MLflow's telemetry and console output (before it is imported)."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
    os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true"
    # The project in the working folder is not the environment of the model.
    os.environ["MLFLOW_UV_AUTO_DETECT"] = "false"
    logging.getLogger("alembic").setLevel(logging.WARNING)


def _is_ready(database: Path, ready: Path) -> bool:
    try:
        return database.exists() and ready.read_text(encoding="utf-8") == version("mlflow")
    except FileNotFoundError:
        return False


@cache
def _prepare_postgres(tracking_uri: str) -> None:
    with _alone_in_postgres(tracking_uri):
        _migrate(tracking_uri)


@contextlib.contextmanager
def _alone_in_postgres(tracking_uri: str) -> Iterator[None]:
    """Hold an advisory lock of the server, which releases it if this process dies."""
    import sqlalchemy as sa

    engine = sa.create_engine(tracking_uri, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(sa.select(sa.func.pg_advisory_lock(_LOCK_NUMBER)))
            if schema := _SCHEMA.search(tracking_uri):
                connection.execute(sa.schema.CreateSchema(schema[1], if_not_exists=True))
            yield
    finally:
        engine.dispose()


def _migrate(tracking_uri: str) -> None:
    """Create all tables, or bring those of an older MLflow up to date.

    MLflow has no public function that does both; these are what its own store and its command
    `mlflow db upgrade` call.
    """
    from mlflow.store.db import utils

    untyped: Any = utils
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.WARNING)
    engine = untyped.create_sqlalchemy_engine_with_retry(tracking_uri)
    try:
        if untyped._all_tables_exist(engine):  # noqa: SLF001 - see the docstring
            untyped._upgrade_db(engine)  # noqa: SLF001
        else:
            untyped._initialize_tables(engine)  # noqa: SLF001
    finally:
        engine.dispose()
