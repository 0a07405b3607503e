"""Which part a document of MongoDB belongs to, asked of the server and of the document itself."""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from pipeweave_dagster.core.documents import Increment

Values = tuple[str | None, ...]


def part_expressions(increment: Increment) -> list[Any]:
    """Return the expressions whose values say which part a document belongs to."""
    if increment.partition_by:
        return [{"$ifNull": [f"${name}", None]} for name in increment.partition_by]
    key = f"${increment.key}"
    day = {"$dateToString": {"date": key, "format": "%Y-%m-%d"}}
    return [{"$cond": [{"$eq": [{"$type": key}, "date"]}, day, None]}]


def part_filter(increment: Increment, raw: Sequence[Any]) -> dict[str, Any]:
    """Return the query for the documents of a part."""
    if increment.partition_by:
        return dict(zip(increment.partition_by, raw, strict=True))
    if raw[0] is None:
        return {str(increment.key): {"$not": {"$type": "date"}}}
    start = dt.datetime.fromisoformat(f"{raw[0]}T00:00:00+00:00")
    return {str(increment.key): {"$gte": start, "$lt": start + dt.timedelta(days=1)}}


def value_at(document: dict[str, Any], path: str) -> Any:
    """Return the value of a field by its dotted name; None if there is none."""
    value: Any = document
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def part_word(value: Any) -> str | None:
    """Return a part's value as text; different values have different texts."""
    from bson.json_util import CANONICAL_JSON_OPTIONS, dumps

    if value is None:
        return None
    if isinstance(value, str):
        return json.dumps(value) if _is_json(value) else value  # "1" is not 1
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return dumps(value, json_options=CANONICAL_JSON_OPTIONS)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def spool_name(values: Values) -> str:
    """Return the name of the file that the documents of a part are spooled to."""
    return hashlib.sha256(json.dumps(values).encode()).hexdigest() + ".bson"
