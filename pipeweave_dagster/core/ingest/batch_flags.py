"""Give a batch the columns of flags that its training table has, which no file of its form has."""

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeweave_dagster.core.documents import SnapshotColumn
from pipeweave_dagster.core.ingest.base.column_names import unique_names
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.column_matching import ColumnMatcher
from pipeweave_dagster.core.ingest.flag_columns import SUFFIX, Flags, with_flag_columns
from pipeweave_dagster.core.ingest.types.flagged_numbers import FLAGS
from pipeweave_dagster.core.model.column_names import ColumnsError, fold_name, names_by_position

_NAME = re.compile(rf"(.*){SUFFIX}(?:_[0-9]+)?")
_OF_NAMELESS = re.compile(rf"column_[0-9]+{SUFFIX}")


def flags_of_table(table: Sequence[str], columns: Sequence[SnapshotColumn]) -> list[str]:
    """Return the columns of a training table that hold flags.

    Args:
        table: Names of all its columns.
        columns: Those that the model uses.
    """
    used = [column.name for column in columns if column.format == FLAGS.format]
    return used + [name for name in table if _OF_NAMELESS.fullmatch(name) and name not in used]


def with_flags_of_training(
    raw: RawTable,
    flags: Sequence[str],
    columns: Sequence[SnapshotColumn],
    matcher: ColumnMatcher,
    space: Workspace,
) -> RawTable:
    """Return a batch with the columns of flags that the model uses, where it lacks them.

    Args:
        raw: The batch, which is replaced.
        flags: Names of the columns of flags of the training table.
        columns: The columns that the model uses.
        matcher: How columns are matched.
        space: DuckDB workspace.
    """
    required = [column.name for column in columns]
    raw = _named(raw, flags, required, matcher) if flags else raw
    given = {fold_name(name) for name in raw.names}
    places = {fold_name(name): i for i, name in enumerate(unique_names(raw.names)[0])}
    sources = {
        name: places.get(fold_name(found[1]))
        for name in flags
        if name in required and fold_name(name) not in given and (found := _NAME.fullmatch(name))
    }
    added = [Flags(i, name) for name, i in sources.items() if i is not None]
    return with_flag_columns(raw, added, space)


def _named(
    raw: RawTable, flags: Sequence[str], required: Sequence[str], matcher: ColumnMatcher
) -> RawTable:
    """Return a batch without a header under the names that files of the training table have."""
    if any(name.strip() for name in raw.names) or len(raw.names) >= len(matcher.table) > 0:
        return raw
    own, table = ([n for n in names if n not in flags] for names in (required, matcher.table))
    try:
        names = names_by_position(len(raw.names), own, table, matcher.target)
    except ColumnsError:
        return raw
    blank = [""] * (len(raw.names) - len(names))
    return replace(raw, names=[*names, *blank])
