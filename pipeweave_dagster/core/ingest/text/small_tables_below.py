"""A small table below the rows, with fewer columns: a summary with names of its own."""

from pipeweave_dagster.core.ingest.text.records import Record, filled_cells
from pipeweave_dagster.core.model.value_kinds import TYPED, kind_of

_MAX_RECORDS, _MIN_RECORDS = 20, 2
_TYPED_SHARE = 0.8


def start_of_small_table(kept: list[Record], typical: int) -> int:
    """Return where a small table starts below a blank row; the number of records if none does.

    Its rows fill at most half of the cells that others fill, and one of its first two has words
    only, of which one stands in a column of numbers or dates.

    Args:
        kept: The records of the table.
        typical: Cells that a usual record fills.
    """
    for index in range(max(1, len(kept) - _MAX_RECORDS), len(kept) - _MIN_RECORDS + 1):
        above, record, block = kept[index - 1], kept[index], kept[index:]
        if len(block) > index // 2:
            continue
        height = 1 + sum(field.count("\n") for field in above.fields)
        narrow = all(2 * filled_cells(r.fields) <= typical for r in block)
        if record.line > above.line + height and narrow and _has_names(kept[:index], block):
            return index
    return len(kept)


def _has_names(rows: list[Record], block: list[Record]) -> bool:
    """Return whether one of the first two records of a block has words where rows have values."""
    for record in block[:2]:
        filled = {j: field for j, field in enumerate(record.fields) if field.strip()}
        words = len(filled) > 1 and not any(kind_of(field) in TYPED for field in filled.values())
        if words and any(_is_typed(rows, j) for j in filled):
            return True
    return False


def _is_typed(rows: list[Record], column: int) -> bool:
    cells = [r.fields[column] for r in rows if column < len(r.fields) and r.fields[column].strip()]
    return bool(cells) and sum(kind_of(c) in TYPED for c in cells) >= _TYPED_SHARE * len(cells)
