"""Look versions and aliases up without the import of MLflow, which takes seconds."""

import sqlite3

from pipeweave_dagster.adapters.mlflow_store.sqlite_aliases import can_read, is_whole, read_aliases
from pipeweave_dagster.core.documents import MlflowLink


def quick_aliases(tracking_uri: str, model_name: str) -> tuple[bool, dict[str, MlflowLink] | None]:
    """Look the aliases up, where the store allows it.

    Returns:
        Whether they could be looked up, and what `current_aliases` returns.
    """
    try:
        known = can_read(tracking_uri)
        return known, read_aliases(tracking_uri, model_name) if known else None
    except sqlite3.Error:  # locked for long, or of another make
        return False, None


def quick_version_with_alias(
    tracking_uri: str, model_name: str, alias: str
) -> tuple[bool, MlflowLink | None]:
    """Look an alias up, where the store allows it.

    Returns:
        Whether it could be looked up, and the version with the alias, or None.
    """
    known, aliases = quick_aliases(tracking_uri, model_name)
    return known, (aliases or {}).get(alias)


def is_surely_present(tracking_uri: str, link: MlflowLink) -> bool:
    """Return whether a version is usable as it is.

    If not, it may be in the trash, gone, or in a store that only MLflow can read: `missing_version`
    knows.
    """
    try:
        return can_read(tracking_uri) and is_whole(tracking_uri, link)
    except sqlite3.Error:
        return False
