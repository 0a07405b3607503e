"""A table without a target: none was found, so it waits for one, or none is wanted."""

from pipeweave_dagster.core.documents import DatasetSettings, DatasetSnapshot, TargetDeduction
from pipeweave_dagster.core.model.column_names import fold_name

NONE = "none"
"""The setting `target: none`."""
_MOST_OFFERED = 5
_MAX_NAME = 60


def says_none(settings: DatasetSettings) -> bool:
    """Return whether the target is `none`, which a table may have as a column."""
    return settings.target is not None and fold_name(settings.target) == NONE


def none_is_wanted(settings: DatasetSettings, snapshot: DatasetSnapshot) -> bool:
    """Return whether the settings say `target: none` and the table has no column of that name."""
    if not says_none(settings):
        return False
    names = {fold_name(n) for c in snapshot.columns for n in (c.name, c.original_name)}
    return NONE not in names


def offered(target: TargetDeduction) -> list[str]:
    """Return the names of the candidates as messages show them: a few, and cut."""
    names = target.candidates[:_MOST_OFFERED]
    return [name if len(name) <= _MAX_NAME else f"{name[:_MAX_NAME]}…" for name in names]


def why_no_model(target: TargetDeduction) -> str:
    """Return why no model is trained and what would change that; empty if there is a target.

    The names in it are those of the file: escape the text where it is shown.
    """
    if target.name is not None:
        return ""
    if target.source == "settings":
        return "Data set ready. No target is wanted (target: none), so no model is trained."
    names = ", ".join(offered(target))
    candidates = f"Candidates: {names}." if names else "No column is a candidate."
    return (
        "Data set ready, waiting for a target. Set the column to predict with target: NAME in "
        f"pipeweave.yaml, or with --target NAME; target: none if none is wanted. {candidates}"
    )
