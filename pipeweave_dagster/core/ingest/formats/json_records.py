"""Find the records of a JSON document: a list, pandas' orients, GeoJSON, or an envelope."""

from dataclasses import replace
from typing import Any

from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.formats.json_envelopes import (
    Records,
    in_envelope,
    map_in_envelope,
)
from pipeweave_dagster.core.ingest.formats.json_list_columns import (
    columns_in_object,
    tables_of_lists,
)
from pipeweave_dagster.core.ingest.formats.json_lists import (
    feature,
    is_table,
    joined_pages,
    pages_note,
    with_header,
)
from pipeweave_dagster.core.ingest.formats.json_messages import refuse_message
from pipeweave_dagster.core.ingest.formats.json_named_rows import RECORD_KEYS, named_rows
from pipeweave_dagster.core.ingest.formats.json_nested_records import (
    doubt_of_nested,
    nested_records,
)
from pipeweave_dagster.core.ingest.formats.json_orients import (
    columns_of_lists,
    labelled_records,
    split_orient,
    table_orient,
)
from pipeweave_dagster.core.ingest.formats.json_paired_lists import paired_lists


def find_records(data: Any, name: str, expected: tuple[str, ...] = ()) -> Records:
    """Return the records of a JSON document, where they hold lists of rows the rows.

    Args:
        data: The parsed document.
        name: Name of the file, for errors.
        expected: Names of the columns of the training table, for a batch to predict.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` if the document holds no records.
    """
    refuse_message(data, name)
    found = _in_list(data) if isinstance(data, list) else _in_object(data)
    if found is None or not found.rows:
        raise validation_error(
            f"{name!r} is JSON that holds no records.",
            fix="Write the records as [{...}, {...}] or as JSON Lines.",
            file=name,
        )
    return unnested(found, expected)


def unnested(found: Records, expected: tuple[str, ...] = ()) -> Records:
    """Return the rows in the lists that records hold, or the records with a doubt about such lists.

    Args:
        found: The records.
        expected: Names of the columns of the training table, for a batch to predict.
    """
    nested = nested_records(found.rows, expected)
    if nested is None:
        doubt = None if expected else doubt_of_nested(found.rows)
        return replace(found, notes=[*found.notes, doubt] if doubt else found.notes, doubt=doubt)
    notes = [n.replace("The rows are the records in", "The records are in") for n in found.notes]
    return Records(nested.rows, [*notes, nested.note()], owners=nested.owners)


def _in_list(data: list[Any]) -> Records:
    pages = joined_pages(data)
    if pages is not None:
        return Records([feature(v) for v in pages], [pages_note(data)])
    inner = [v for v in data if is_table(v)]
    nested = all(isinstance(v, dict | list) for v in data)
    if len(inner) == 1 and len(data) > 1 and nested and not is_table(data):
        # An envelope that is a list, as [{"page": 1}, [{...}, {...}]].
        return Records(inner[0], ["The records were read from the list beside other values."])
    if data and all(isinstance(v, list) for v in data):
        return Records(with_header(data))
    return Records([feature(v) for v in data])


def _in_object(data: Any) -> Records | None:
    if not isinstance(data, dict):
        return None if data is None else Records([data])
    envelope = map_in_envelope(data)
    if envelope is not None:
        return envelope
    split = split_orient(data)
    if split is None and named_rows(data):
        return in_envelope(data)
    for orient in (
        split_orient,
        table_orient,
        paired_lists,
        columns_of_lists,
        tables_of_lists,
        labelled_records,
    ):
        found = orient(data)
        if found is not None:
            return Records(*found)
    envelope = in_envelope(data)
    if envelope is None or (len(envelope.rows) == 1 and nested_records(envelope.rows) is None):
        envelope = columns_in_object(data) or envelope
    if envelope is not None:
        return envelope
    return Records([data]) if _has_values(data) else None


def _has_values(data: dict[str, Any]) -> bool:
    """Return whether an object is a record itself, rather than an envelope around nothing."""
    inner = [v for v in data.values() if isinstance(v, dict)]
    empty = any(v in ([], {}) and k.casefold() in RECORD_KEYS for k, v in data.items())
    return bool(data) and not empty and all(map(_has_values, inner))
