"""Prefixed names of ops, for projects that have assets of the same names."""

from collections.abc import Sequence
from typing import Any

import dagster as dg


def with_prefixed_op(asset: Any, prefix: Sequence[str]) -> Any:
    """Return the asset with the prefix in the name of its op, not only in its key.

    `load_assets_from_modules(key_prefix=…)` does not change the op's name, and Dagster 1.13
    confuses two ops of one name when it builds jobs ("op 'dataset' does not have input …").
    """
    if not prefix or not isinstance(asset, dg.AssetsDefinition):
        return asset
    op = asset.op.with_replaced_properties(name="__".join([*prefix, asset.op.name]))
    return type(asset).dagster_internal_init(**{**asset.get_attributes_dict(), "node_def": op})
