"""Read JSON and JSON Lines: the records of a document, flattened to columns."""

import json
from itertools import islice
from typing import Any

import pyarrow as pa

from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.formats.relations import Format, from_arrow
from pipeweave_dagster.core.ingest.text.read_plan import ReadOptions


def read_jsonl(content: Content, table: str, space: Workspace, _options: ReadOptions) -> RawTable:
    """Read JSON Lines, one record per line."""
    with content.path.open(encoding="utf-8-sig") as file:
        rows = [json.loads(line) for line in file if line.strip()]
    return _from_objects(content, "jsonl", rows, table, space)


def read_json(content: Content, table: str, space: Workspace, _options: ReadOptions) -> RawTable:
    """Read a JSON list of records, or one wrapped in an object."""
    data = json.loads(content.path.read_text(encoding="utf-8-sig"))
    return _from_objects(content, "json", _rows_in(data, content.name), table, space)


def _rows_in(data: Any, name: str) -> list[Any]:
    """Return the records of a JSON document: a list of objects, or one wrapped in an object."""
    if isinstance(data, list):
        return data
    if isinstance(data, dict):
        lists = {k: v for k, v in data.items() if isinstance(v, list)}
        objects = any(isinstance(x, dict) for v in lists.values() for x in islice(v, 5))
        if lists and not objects and len(data) == len(lists) and _equal_lengths(lists):
            return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
        records = [v for v in lists.values() if v and isinstance(v[0], dict)]
        if records:
            return max(records, key=len)
        if data and all(isinstance(v, dict) for v in data.values()):
            return [{"key": k, **v} for k, v in data.items()]
    raise validation_error(
        f"{name!r} is JSON, but not a list of records.",
        fix="Write it as [{...}, {...}] or as JSON Lines.",
    )


def _equal_lengths(lists: dict[str, list[Any]]) -> bool:
    return len({len(v) for v in lists.values()}) == 1


def _from_objects(
    content: Content, format_: Format, rows: list[Any], table: str, space: Workspace
) -> RawTable:
    names: dict[str, None] = {}
    flat = []
    for row in rows:
        record = _flatten(row)
        names.update(dict.fromkeys(record))
        flat.append(record)
        if len(names) > space.limits.max_columns:
            raise validation_error(
                f"{content.name!r} has more than {space.limits.max_columns:,} different keys.",
                fix="Give all records the same keys.",
            )
    arrays = [_column([r.get(n) for r in flat]) for n in names]
    return from_arrow(content, format_, pa.table(arrays, names=list(names)), table, space)


def _flatten(row: Any, prefix: str = "") -> dict[str, Any]:
    if isinstance(row, list):
        return {f"column_{i + 1}": _leaf(v) for i, v in enumerate(row)}
    if not isinstance(row, dict):
        return {"value": _leaf(row)}
    flat: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, dict) and value and prefix.count(".") < 4:
            flat.update(_flatten(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = _leaf(value)
    return flat


def _leaf(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def _column(values: list[Any]) -> Any:
    """Return a typed array if all values have one type, else their texts."""
    kinds = {type(v) for v in values if v is not None}
    if kinds in ({int}, {float}, {bool}, {int, float}):
        try:
            return pa.array(
                [float(v) if kinds == {int, float} and v is not None else v for v in values]
            )
        except (OverflowError, pa.ArrowInvalid):
            pass
    texts = [v if v is None or isinstance(v, str) else json.dumps(v) for v in values]
    return pa.array(
        [t.encode("utf-8", "replace").decode() if t is not None else None for t in texts],
        pa.string(),
    )
