"""The index that pandas stores as a column of a Parquet or Arrow file."""

import json

import pyarrow as pa

_UNNAMED = "__index_level_"


def split_pandas_index(
    schema: pa.Schema, expected_names: tuple[str, ...] = ()
) -> tuple[list[int], list[str], list[str]]:
    """Return the columns to read, their names, and notes on the index of a data frame.

    An index with a name is a column like any other. One without a name is left out if it holds
    whole numbers, which are row numbers of the data frame before rows were filtered or sorted; else
    it may be all that identifies the rows, and is kept as `index`.

    Args:
        schema: The Arrow schema, with the metadata of pandas.
        expected_names: Names of the training table; a column among them is kept.
    """
    indexes = _index_columns(schema)
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
        names.append(name)
    return kept, names, notes


def _index_columns(schema: pa.Schema) -> set[str]:
    try:
        found = json.loads((schema.metadata or {})[b"pandas"])["index_columns"]
        return {name for name in found if isinstance(name, str)}
    except (KeyError, ValueError, TypeError, RecursionError):
        return set()
