"""Asset checks that show what a document says: one a group of its results."""

import warnings
from collections.abc import Mapping

import dagster as dg

from pipeweave_dagster.lib.partitions import DATASETS


def check_specs(
    asset: str, about: Mapping[str, str], *, blocking: bool = False
) -> list[dg.AssetCheckSpec]:
    """One check a group, for each data set on its own.

    Args:
        asset: The asset that yields the results.
        about: What each group's check promises, by the group's name.
        blocking: Whether a failed check stops what comes after it.
    """
    with warnings.catch_warnings():
        # Dagster announces that checks with partitions may change; without them one bad data set
        # would block all, so nobody who runs a command needs to read that.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return [
            dg.AssetCheckSpec(
                name=group,
                asset=asset,
                description=promise,
                blocking=blocking,
                partitions_def=DATASETS,
            )
            for group, promise in about.items()
        ]
