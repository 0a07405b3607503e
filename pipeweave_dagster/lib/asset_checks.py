"""Asset checks that show the results in a document: one check per group."""

import warnings
from collections.abc import Mapping

import dagster as dg

from pipeweave_dagster.lib.partitions import DATASETS


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
