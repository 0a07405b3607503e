"""Rows of cells with the names of their columns in a list beside them."""

from collections import Counter
from itertools import islice
from typing import Any

RECORD_KEYS = {
    "data", "docs", "documents", "entries", "features", "hits", "items", "objects", "records",
    "response", "result", "results", "rows", "value", "values",
}  # fmt: skip
_HEADER_KEYS = {"columns", "cols", "headers", "header", "column_names", "columnnames"}
NAME_KEYS = _HEADER_KEYS | {"fields", "names"}
_LOOKED_AT = 200


def named_rows(data: dict[str, Any]) -> str | None:
    """Return the key of the rows of cells whose columns another list of an object names.

    As many rows as columns, or one row, are no reason to take both lists for columns.

    Example:
        >>> named_rows({"columns": ["id", "v"], "rows": [["001", 1.5], ["002", 2]]})
        'rows'
    """
    for names_key, found in data.items():
        kind = names_key.casefold()
        names = column_names(found) if kind in NAME_KEYS else None
        if not names:
            continue
        for key, rows in data.items():
            sure = kind in _HEADER_KEYS or key.casefold() in RECORD_KEYS
            if key != names_key and sure and _usual_width(rows) == len(names):
                return key
    return None


def column_names(found: Any) -> list[str] | None:
    """Return the names in a list of texts, numbers, or objects with a name; repeated ones counted.

    Example:
        >>> column_names([{"name": "id"}, 7, "id"]), column_names([["a"]])
        (['id', '7', 'id_3'], None)
    """
    if not isinstance(found, list):
        return None
    given = [v.get("name") if isinstance(v, dict) else v for v in found]
    if not all(isinstance(n, str | int) and not isinstance(n, bool) for n in given):
        return None
    texts = [str(n) for n in given]
    return [f"{n}_{i + 1}" if n in texts[:i] else n for i, n in enumerate(texts)]


def with_names(rows: list[Any], names: list[str]) -> list[dict[str, Any]]:
    """Return rows of cells as objects; cells beyond the names are numbered."""
    width = max((len(row) for row in rows if isinstance(row, list)), default=0)
    header = [*names, *(f"column_{j + 1}" for j in range(len(names), width))]
    return [dict(zip(header, row, strict=False)) if isinstance(row, list) else row for row in rows]


def _usual_width(rows: Any) -> int | None:
    """Return the number of cells of at least half of the rows, None if they are no lists."""
    if not isinstance(rows, list) or not rows:
        return None
    head = list(islice(rows, _LOOKED_AT))
    if not all(isinstance(row, list) for row in head):
        return None
    (width, count), *_ = Counter(map(len, head)).most_common(1)
    return width if width and 2 * count >= len(head) else None
