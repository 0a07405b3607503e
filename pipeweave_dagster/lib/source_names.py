"""Names of sources in Dagster."""

from collections.abc import Sequence

import dagster as dg


def source_key(name: str, prefix: Sequence[str]) -> dg.AssetKey:
    """Return the asset key of a source; no asset of the workbench has such a name.

    Example:
        >>> source_key("sales-q1", ["ml"]).to_user_string()
        'ml/source_sales_q1'
    """
    return dg.AssetKey([*prefix, f"source_{name.replace('-', '_')}"])
