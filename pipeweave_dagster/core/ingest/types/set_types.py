"""Types that the settings give to columns which have another type in the file, as in Parquet."""

from pipeweave_dagster.core.documents import StorageType
from pipeweave_dagster.core.ingest.base.raw_table import STORAGE_TYPES, RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.column_hints import ColumnHints
from pipeweave_dagster.core.ingest.types.stacked_columns import counted_values
from pipeweave_dagster.core.ingest.types.type_decisions import described_texts
from pipeweave_dagster.core.ingest.types.value_parsers import TEXT, Parser

_NUMBERS, _TIMES = {"integer", "number"}, {"date", "datetime", "time"}
_FRACTIONS = "NOT coalesce(v = floor(v) AND abs(v) < 9007199254740992, true)"
_EXAMPLES = 3


def cell_text(source: str, v: str = "v") -> str:
    """Return the SQL of a typed cell's text; a whole float is written without a fraction."""
    if source != "DOUBLE":
        return f"CAST({v} AS VARCHAR)"
    whole = f"CAST(CAST({v} AS HUGEINT) AS VARCHAR)"
    return (
        f"CASE WHEN {v} = floor({v}) AND abs({v}) < 1e38 THEN {whole} ELSE CAST({v} AS VARCHAR) END"
    )


def apply_set_types(raw: RawTable, hints: ColumnHints, space: Workspace) -> None:
    """Have typed columns read as the settings say, or note why they keep their type.

    Args:
        raw: The table; its DuckDB table, types and notes are changed.
        hints: What the user sets of columns.
        space: DuckDB workspace.
    """
    for i, source in enumerate(raw.sql_types):
        if source == "VARCHAR":
            continue
        stored = STORAGE_TYPES[source]
        if i in hints.parsers:
            _read_as(raw, i, hints.parsers[i], space)
        elif i in hints.numeric and stored not in _NUMBERS:
            _keep(raw, i, "number", "true", space)
        elif i in hints.whole and stored == "number":
            _make_whole(raw, i, space)


def _read_as(raw: RawTable, index: int, parser: Parser, space: Workspace) -> None:
    """Turn a column into texts, which its parser then reads, if one of them has its form."""
    source = raw.sql_types[index]
    stored = STORAGE_TYPES[source]
    if stored in _TIMES and parser.type in _TIMES:
        if stored != parser.type:
            _keep(raw, index, parser.type, "true", space)
        return
    text = cell_text(source)
    if parser is not TEXT:
        fits = parser.match_sql(f"({text})")
        if not counted_values(space, raw.table, [index], "v", fits, 1):
            _keep(raw, index, f"{parser.type}:{parser.format}", "true", space)
            return
    _alter(raw, index, "VARCHAR", cell_text(source, f"c{index}"), space)


def _make_whole(raw: RawTable, index: int, space: Workspace) -> None:
    if counted_values(space, raw.table, [index], "v", _FRACTIONS, 1):
        _keep(raw, index, "integer", _FRACTIONS, space)
    else:
        _alter(raw, index, "BIGINT", f"CAST(c{index} AS BIGINT)", space)


def _alter(raw: RawTable, index: int, type_: str, value: str, space: Workspace) -> None:
    space.db.execute(f"ALTER TABLE {raw.table} ALTER c{index} TYPE {type_} USING {value}")
    raw.sql_types[index] = type_


def _keep(raw: RawTable, index: int, wanted: str, condition: str, space: Workspace) -> None:
    """Note that a column keeps its type, with values because of which it does."""
    found = counted_values(space, raw.table, [index], "v", condition, _EXAMPLES)
    stored: StorageType = STORAGE_TYPES[raw.sql_types[index]]
    raw.notes.append(kept_note(raw.names[index], wanted, stored, found.get(index, {})))


def kept_note(name: str, wanted: str, stored: StorageType, values: dict[str, int]) -> str:
    """Return the note on a typed column that does not get the type of the settings.

    Example:
        >>> kept_note("open", "number", "boolean", {"true": 2}).partition(". ")[0]
        "open: pipeweave.yaml sets the type number, but the file stores boolean: 'true' (2)"
    """
    examples = f": {described_texts(values)}" if values else ""
    return (
        f"{name}: pipeweave.yaml sets the type {wanted}, but the file stores {stored}{examples}."
        f" Read as {stored}; convert the column before the upload, or remove the setting."
    )
