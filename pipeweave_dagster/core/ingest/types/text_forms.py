"""The normal form of texts: composed letters, no invisible characters at the ends, no guards.

`Café` is written with four characters or with five, and looks the same: without a normal form one
word is two categories. Spreadsheets guard texts as `="00123"` so that they stay texts.
"""

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.normal_text_sql import (
    COMPOSED,
    GUARDED,
    NORMAL_TEXT,
    UNUSUAL,
)
from pipeweave_dagster.core.ingest.types.stacked_columns import counted_rows
from pipeweave_dagster.core.ingest.types.type_decisions import TypeDecision
from pipeweave_dagster.core.ingest.types.value_parsers import TEXT


def is_unusual(value: str) -> str:
    """Return the SQL condition that a text may differ from its normal form; cheap to compute."""
    return UNUSUAL.replace("{v}", value)


def normalise_texts(
    raw: RawTable, values: dict[int, str], decisions: dict[int, TypeDecision], space: Workspace
) -> dict[int, TypeDecision]:
    """Return the decisions for text columns whose texts are stored in another form.

    Args:
        raw: The table as text.
        values: SQL of each column's trimmed text, over `v`, by column index.
        decisions: The decisions of all text columns of the table, by column index.
        space: DuckDB workspace.
    """
    texts = {i: values[i] for i, decision in decisions.items() if decision.parser is TEXT}
    cells = dict.fromkeys(texts, "v")  # as written: cheaper than the trimmed ones
    unusual = counted_rows(space, raw.table, cells, is_unusual("v"))
    texts = {i: values[i] for i in unusual}
    guarded = counted_rows(space, raw.table, texts, GUARDED.replace("{v}", "v"))
    composed = f"{COMPOSED} IS DISTINCT FROM {{v}} AND {{v}} IS NOT NULL"
    other = counted_rows(space, raw.table, texts, composed.replace("{v}", "v"))
    changed = {}
    for i in texts:
        notes = []
        if i in guarded:
            number = counted(guarded[i], "text")
            notes.append(f'Guards of spreadsheets (="…") were removed from {number}.')
        if i in other:
            notes.append(
                f"{counted(other[i], 'text')} with separate accents or invisible characters stored"
                " in the usual form (Unicode NFC), so that one word is one value."
            )
        if notes:
            changed[i] = decisions[i].with_note(" ".join(notes), prepare=NORMAL_TEXT)
    return changed
