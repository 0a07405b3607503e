"""Merging of settings, as a patch is laid over `pipeweave.yaml`."""

from typing import Any


def merge_settings(base: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Return `base` with `patch` merged in: maps merge, lists append new items, the rest replaces.

    Example:
        >>> merge_settings({"target": "y", "sensitive": ["sex"]}, {"sensitive": ["age", "sex"]})
        {'target': 'y', 'sensitive': ['sex', 'age']}
    """
    result = dict(base)
    for key, value in patch.items():
        old = result.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            result[key] = merge_settings(old, value)
        elif isinstance(old, list) and isinstance(value, list):
            result[key] = [*old, *(item for item in value if item not in old)]
        else:
            result[key] = value
    return result
