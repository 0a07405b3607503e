"""Figures of columns for a request, computed from the data for one privacy level."""

from pathlib import Path
from typing import Any, get_args

from pipeweave_dagster.core.advice.privacy import coarse, common_values, reaches
from pipeweave_dagster.core.documents import DatasetSnapshot
from pipeweave_dagster.core.documents.advice import Level
from pipeweave_dagster.core.schema.column_profile import ColumnProfile
from pipeweave_dagster.core.schema.profile_columns import profile_columns

LEVELS: tuple[Level, ...] = get_args(Level)


def column_figures(
    snapshot: DatasetSnapshot, data: Path, names: list[str], level: Level
) -> dict[str, dict[str, Any]]:
    """Return figures by column name, JSON-ready; empty below the level `statistics`.

    Args:
        snapshot: The typed table's description.
        data: Its Parquet file.
        names: The columns of the request (those that may be shared).
        level: `statistics` includes means and lengths with three digits, but no extremes, which
            are cell values; `values` adds values of at least five rows.
    """
    if not reaches(level, "statistics"):
        return {}
    wanted = set(names)
    found = [p for p in profile_columns(snapshot, data) if p.name in wanted]
    return {p.name: _figures(p, level) for p in found}


def _figures(column: ColumnProfile, level: Level) -> dict[str, Any]:
    figures: dict[str, Any] = {"distinct_share": coarse(column.uniqueness)}
    if column.mean is not None:
        figures |= {"mean": coarse(column.mean), "whole_numbers": column.integral}
    if column.std is not None:
        figures["standard_deviation"] = coarse(column.std)
    if column.storage == "text" and column.filled:
        figures |= {"mean_length": coarse(column.mean_length)}
        figures |= {"mean_words": coarse(column.mean_words)}
    if reaches(level, "values"):
        figures["values"] = common_values(column.top)
    return figures
