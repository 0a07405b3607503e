"""Notifications of an S3 bucket: which parts of the landing zone have changed.

A notification only says where to look; what is there is listed. So one that arrives twice, late or
out of order does no harm, and one that is lost delays an upload until the next full listing.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

_MOST_RECORDS = 1000
_LONGEST_KEY = 1024  # bytes, S3's limit


def changed_keys(body: str, bucket: str, prefix: str = "") -> list[str]:
    """Return the keys that a message names, relative to the storage; none if it is another kind.

    Args:
        body: A message as S3 sends it to a queue, by itself, through SNS, or through EventBridge.
        bucket: Objects of other buckets are left out.
        prefix: Root of the storage in the bucket, with a slash at its end, or empty.

    Example:
        >>> record = {"s3": {"bucket": {"name": "b"}, "object": {"key": "uploads/my+data/a.csv"}}}
        >>> changed_keys(json.dumps({"Records": [record]}), "b")
        ['uploads/my data/a.csv']
    """
    found = []
    for name, key in _objects(_parsed(body)):
        if name == bucket and key.startswith(prefix) and len(key.encode()) <= _LONGEST_KEY:
            found.append(key.removeprefix(prefix))
    return found


def place_of(key: str) -> str:
    """Return the prefix to list for a change of a key: its data set's folder, or the file itself.

    Example:
        >>> place_of("uploads/sales/2026/a.csv"), place_of("uploads/sales.csv")
        ('uploads/sales/', 'uploads/sales.csv')
    """
    parts = key.split("/")
    return key if len(parts) <= 2 else f"{parts[0]}/{parts[1]}/"


def _parsed(text: Any) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _objects(message: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield bucket and key of every object that a message names."""
    if message.get("Type") == "Notification":  # SNS wraps the message of S3
        message = _parsed(message.get("Message"))
    if "detail" in message:  # EventBridge, which does not encode keys
        yield from _object(message["detail"], encoded=False)
    records = message.get("Records")
    for record in records[:_MOST_RECORDS] if isinstance(records, list) else []:
        if isinstance(record, dict):
            yield from _object(record.get("s3"), encoded=True)


def _object(described: Any, *, encoded: bool) -> Iterator[tuple[str, str]]:
    try:
        bucket, key = described["bucket"]["name"], described["object"]["key"]
    except (KeyError, TypeError, IndexError):
        return
    if isinstance(bucket, str) and isinstance(key, str):
        try:
            yield bucket, unquote_plus(key, errors="strict") if encoded else key
        except UnicodeDecodeError:  # such a key is no safe name, and is left out of listings too
            return
