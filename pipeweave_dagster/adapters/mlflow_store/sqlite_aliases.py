"""Read aliases from MLflow's SQLite database without MLflow, whose import takes seconds.

Only the tables of a database that this version of MLflow has prepared are read.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from pipeweave_dagster.adapters.mlflow_store.store import sqlite_database
from pipeweave_dagster.core.documents import MlflowLink

_ALIASES = """
SELECT a.alias, v.version, v.run_id, r.experiment_id
FROM registered_model_aliases AS a
JOIN model_versions AS v ON v.name = a.name AND v.version = a.version
LEFT JOIN runs AS r ON r.run_uuid = v.run_id
WHERE a.name = ?
"""
_MODEL = "SELECT 1 FROM registered_models WHERE name = ?"
# MLflow keeps the row of a deleted version, and marks it by its stage.
_WHOLE = """
SELECT 1
FROM model_versions AS v
JOIN runs AS r ON r.run_uuid = v.run_id
JOIN experiments AS e ON e.experiment_id = r.experiment_id
WHERE v.name = ? AND v.version = ? AND v.run_id = ? AND e.experiment_id = ?
AND v.current_stage IS NOT 'Deleted_Internal'
AND r.lifecycle_stage = 'active' AND e.lifecycle_stage = 'active'
"""


def can_read(tracking_uri: str) -> bool:
    """Return whether the store is an SQLite database that is up to date."""
    return sqlite_database(tracking_uri) is not None


def read_aliases(tracking_uri: str, model_name: str) -> dict[str, MlflowLink] | None:
    """Return the version of each alias; None if there is no such registered model.

    Raises:
        sqlite3.Error: The database is not as MLflow makes it.
    """
    with _opened(tracking_uri) as opened:
        rows = opened.execute(_ALIASES, (model_name,)).fetchall()
        if not rows and opened.execute(_MODEL, (model_name,)).fetchone() is None:
            return None
    return {
        str(alias): MlflowLink(
            experiment_id="" if experiment_id is None else str(experiment_id),
            run_id=str(run_id),
            model_name=model_name,
            model_version=str(version),
            model_uri=f"models:/{model_name}/{version}",
        )
        for alias, version, run_id, experiment_id in rows
    }


def is_whole(tracking_uri: str, link: MlflowLink) -> bool:
    """Return whether a version, its run and its experiment are there, none of them in the trash.

    Raises:
        sqlite3.Error: The database is not as MLflow makes it.
    """
    names = (link.model_name, link.model_version, link.run_id, link.experiment_id)
    with _opened(tracking_uri) as opened:
        return opened.execute(_WHOLE, names).fetchone() is not None


def _opened(tracking_uri: str) -> "closing[sqlite3.Connection]":
    """Open the database of a store for reading; see `can_read`."""
    database = sqlite_database(tracking_uri)
    assert database is not None  # noqa: S101 - for the type checker; see `can_read`
    return closing(sqlite3.connect(_read_only(database), uri=True))


def _read_only(database: Path) -> str:
    return f"{database.absolute().as_uri()}?mode=ro"
