"""The index that pandas stores as a column of a Parquet or Arrow file."""

import ast
import json

import pyarrow as pa

_UNNAMED = "__index_level_"


def split_pandas_index(
    schema: pa.Schema, expected_names: tuple[str, ...] = ()
) -> tuple[list[int], list[str], list[str]]:
    """Return the columns to read, their names, and notes on the index of a data frame.

    Names of several levels (`('price', 'mean')`) are joined with a blank.

    An index with a name is a column like any other. One without a name is left out if it holds
    whole numbers, which are row numbers of the data frame before rows were filtered or sorted; else
    it may be all that identifies the rows, and is kept as `index`.

    Args:
        schema: The Arrow schema, with the metadata of pandas.
        expected_names: Names of the training table; a column among them is kept.
    """
    indexes, levels = _index_columns(schema)
    kept, names, notes = [], [], []
    for position, entry in enumerate(schema):
        name = str(entry.name)
        unnamed = name in indexes and name.startswith(_UNNAMED) and name not in expected_names
        if unnamed and pa.types.is_integer(entry.type) and len(schema) > 1:
            notes.append(f"{name!r}, the row numbers of a pandas data frame, was left out.")
            continue
        if unnamed:
            notes.append(f"{name!r}, the index of a pandas data frame, was named 'index'.")
            name = "index"
        kept.append(position)
        names.append(_joined_levels(name) if levels > 1 else name)
    return kept, names, notes


def _index_columns(schema: pa.Schema) -> tuple[set[str], int]:
    """Return the names of the columns of the index, and how many levels column names have."""
    try:
        found = json.loads((schema.metadata or {})[b"pandas"])
        names = {name for name in found["index_columns"] if isinstance(name, str)}
        return names, len(found.get("column_indexes", []))
    except (KeyError, ValueError, TypeError, RecursionError):
        return set(), 1


def _joined_levels(name: str) -> str:
    try:
        levels = ast.literal_eval(name)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return name
    if not isinstance(levels, tuple):
        return name
    return " ".join(str(level) for level in levels if str(level).strip())
