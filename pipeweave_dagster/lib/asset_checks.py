"""Asset checks that show the results in a document: one check per group."""

import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg

from pipeweave_dagster.lib.partitions import DATASETS

_COLUMNS = "columns_affected"
_UNDECIDED = "undecided"
_MOST_COLUMNS = 200


def columns_affected(columns: Iterable[str]) -> dict[str, Any]:
    """Return metadata of a failed check that names the columns, at most 200 of them.

    Alerts tell by it whether a check that goes on failing has found another column.
    """
    names = sorted({*columns})[:_MOST_COLUMNS]
    return {_COLUMNS: dg.MetadataValue.json(names)} if names else {}


def undecided(reason: str) -> dict[str, Any]:
    """Return metadata of a check that found out nothing: it has not passed, but alerts nobody."""
    return {_UNDECIDED: dg.MetadataValue.text(reason)}


def is_undecided(metadata: Mapping[str, Any]) -> bool:
    """Return whether the metadata of a check says that it found out nothing."""
    return _UNDECIDED in metadata


def columns_named(metadata: Mapping[str, Any]) -> list[str]:
    """Return the columns that the metadata of a check names."""
    named = metadata.get(_COLUMNS)
    found = named.value if isinstance(named, dg.JsonMetadataValue) else []
    return [str(name) for name in found] if isinstance(found, list | tuple) else []


def check_specs(
    asset: str, about: Mapping[str, str], *, blocking: bool = False
) -> list[dg.AssetCheckSpec]:
    """Return one check per group, partitioned by data set.

    Args:
        asset: The asset that yields the results.
        about: Description of each group's check, by the group's name.
        blocking: Whether a failed check stops the assets downstream.
    """
    with warnings.catch_warnings():
        # Dagster warns that partitioned checks are a preview. Without partitions one bad data set
        # would block all others, so users need not see the warning.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return [
            dg.AssetCheckSpec(
                name=group,
                asset=asset,
                description=description,
                blocking=blocking,
                partitions_def=DATASETS,
            )
            for group, description in about.items()
        ]
