"""Names of ops, for a project that has assets of the same names."""

from collections.abc import Sequence
from typing import Any

import dagster as dg


def with_prefixed_op(asset: Any, prefix: Sequence[str]) -> Any:
    """An asset whose op bears the prefix too, not only its key.

    `load_assets_from_modules(key_prefix=…)` leaves the op's name alone, and Dagster 1.13 mixes two
    ops of one name up when it builds jobs ("op 'dataset' does not have input 'raw_upload'").
    """
    if not prefix or not isinstance(asset, dg.AssetsDefinition):
        return asset
    op = asset.op.with_replaced_properties(name="__".join([*prefix, asset.op.name]))
    return type(asset).dagster_internal_init(**{**asset.get_attributes_dict(), "node_def": op})
