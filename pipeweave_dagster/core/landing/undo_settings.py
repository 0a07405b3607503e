"""Take a patch back out of settings, as far as nobody has changed the same keys since."""

from typing import Any


def without_patch(
    current: dict[str, Any], patch: dict[str, Any], before: dict[str, Any]
) -> dict[str, Any]:
    """Return the changes that take a patch out of settings again.

    Args:
        current: The settings now.
        patch: What was merged in, as `merge_settings` does.
        before: The settings before that; only its keys that the patch has are looked at.

    Returns:
        Settings to lay over the current ones: what was new becomes None, lists lose what was added.
        What has another value now than the patch gave it is left alone.

    Example:
        >>> without_patch({"target": "y", "sensitive": ["sex", "age"]},
        ...               {"target": "y", "sensitive": ["age"]}, {"sensitive": ["sex"]})
        {'target': None, 'sensitive': ['sex']}
    """
    undone: dict[str, Any] = {}
    for key, value in patch.items():
        now, old = current.get(key), before.get(key)
        if isinstance(value, dict) and isinstance(now, dict):
            inner = without_patch(now, value, old if isinstance(old, dict) else {})
            if inner:
                undone[key] = inner
        elif isinstance(value, list) and isinstance(now, list):
            known = old if isinstance(old, list) else []
            undone[key] = [item for item in now if item not in value or item in known]
        elif now == value:
            undone[key] = old
    return undone
