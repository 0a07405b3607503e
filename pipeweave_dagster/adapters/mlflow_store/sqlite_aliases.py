"""Read an alias from MLflow's SQLite database without MLflow, whose import takes seconds.

Only the tables of a database that this version of MLflow has prepared are read.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from pipeweave_dagster.adapters.mlflow_store.store import sqlite_database
from pipeweave_dagster.core.documents import MlflowLink

_QUERY = """
SELECT v.version, v.run_id, r.experiment_id
FROM registered_model_aliases AS a
JOIN model_versions AS v ON v.name = a.name AND v.version = a.version
LEFT JOIN runs AS r ON r.run_uuid = v.run_id
WHERE a.name = ? AND a.alias = ?
"""


def can_read(tracking_uri: str) -> bool:
    """Return whether the store is an SQLite database that is up to date."""
    return sqlite_database(tracking_uri) is not None


def read_alias(tracking_uri: str, model_name: str, alias: str) -> MlflowLink | None:
    """Return the version with an alias, or None; see `can_read`.

    Raises:
        sqlite3.Error: The database is not as MLflow makes it.
    """
    database = sqlite_database(tracking_uri)
    assert database is not None  # noqa: S101 - for the type checker; see `can_read`
    with closing(sqlite3.connect(_read_only(database), uri=True)) as opened:
        row = opened.execute(_QUERY, (model_name, alias)).fetchone()
    if row is None:
        return None
    version, run_id, experiment_id = row
    return MlflowLink(
        experiment_id="" if experiment_id is None else str(experiment_id),
        run_id=str(run_id),
        model_name=model_name,
        model_version=str(version),
        model_uri=f"models:/{model_name}/{version}",
    )


def _read_only(database: Path) -> str:
    return f"{database.absolute().as_uri()}?mode=ro"
