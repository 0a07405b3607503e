"""The normal form of texts: composed letters, no invisible characters at the ends, no guards.

`Café` is written with four characters or with five, and looks the same: without a normal form one
word is two categories. Spreadsheets guard texts as `="00123"` so that they stay texts.
"""

from pipeweave_dagster.core.ingest.base.counted import counted
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.sql_quoting import literal
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.plain_characters import INVISIBLE
from pipeweave_dagster.core.ingest.types.stacked_columns import counted_rows
from pipeweave_dagster.core.ingest.types.type_decisions import TypeDecision
from pipeweave_dagster.core.ingest.types.value_parsers import TEXT

_INVISIBLE = literal(INVISIBLE)
_ENDS = literal(INVISIBLE + " \t\r\n\u00a0")
_GUARD = "prefix({v}, '=\"')"
_GUARDED = f'({_GUARD} AND length({{v}}) > 3 AND regexp_full_match({{v}}, \'="[^"]*"\'))'
# Only a text with characters of several bytes has another composed form.
_OTHER_FORM = (
    "(strlen({v}) <> length({v})"
    f" AND (nfc_normalize({{v}}) <> {{v}} OR trim({{v}}, {_INVISIBLE}) <> {{v}}))"
)
NORMAL_TEXT = (
    f"CASE WHEN {_GUARDED} THEN nfc_normalize({{v}}[3:-2])"
    f" ELSE nullif(trim(nfc_normalize({{v}}), {_ENDS}), '') END"
)


def is_unusual(value: str) -> str:
    """Return the SQL condition that a text differs from its normal form."""
    return f"({_GUARD} OR {_OTHER_FORM})".replace("{v}", value)


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
    guarded = counted_rows(space, raw.table, texts, _GUARDED.replace("{v}", "v"))
    other = counted_rows(space, raw.table, texts, _OTHER_FORM.replace("{v}", "v"))
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
