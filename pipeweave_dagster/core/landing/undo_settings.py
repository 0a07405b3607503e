"""Take a patch back out of settings, as far as nobody has changed the same keys since."""

from collections.abc import Collection, Iterator
from typing import Any

Path = tuple[str, ...]


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


def new_keys(change: dict[str, Any], before: dict[str, Any]) -> Iterator[Path]:
    """Yield the keys of a change that had no value before, of which nothing is to be left.

    Example:
        >>> [*new_keys({"columns": {"a": {"drop": False}}, "metric": "rmse"}, {"metric": "rmse"})]
        [('columns', 'a', 'drop')]
    """
    for key, value in change.items():
        old = before.get(key)
        if isinstance(value, dict):
            inner = new_keys(value, old if isinstance(old, dict) else {})
            yield from ((key, *path) for path in inner)
        elif old is None and not (isinstance(value, list) and value):
            yield (key,)


def drop_keys(content: dict[str, Any], paths: Collection[Path]) -> None:
    """Remove keys in place, and the maps that are empty without them.

    Example:
        >>> drop_keys(settings := {"columns": {"a": {"drop": False}}}, [("columns", "a", "drop")])
        >>> settings
        {}
    """
    for path in paths:
        maps = [content]
        for key in path[:-1]:
            inner = maps[-1].get(key)
            maps.append(inner if isinstance(inner, dict) else {})
        for holder, key in zip(reversed(maps), reversed(path), strict=True):
            holder.pop(key, None)
            if holder:
                break
