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

_ENDS = literal(INVISIBLE + " \t\r\n\u00a0")
# Characters that compose with the one before, or have another composed form: marks, Hangul vowels
# and finals, variants of Greek, Indic, Tibetan and Hebrew letters, compatibility ideographs.
_COMPOSING = (
    r"\p{M}\x{0374}\x{037E}\x{0387}\x{1161}-\x{11C2}\x{1F71}-\x{1FFD}\x{2000}\x{2001}\x{2126}"
    r"\x{212A}\x{212B}\x{2ADC}\x{2329}\x{232A}\x{F900}-\x{FAFF}\x{11000}-\x{11FFF}\x{16000}-\x{16FFF}"
    r"\x{2F800}-\x{2FA1D}\x{0958}-\x{095F}\x{09DC}-\x{09DF}\x{0A33}-\x{0A5E}\x{0B5C}\x{0B5D}"
    r"\x{0F43}-\x{0F69}\x{FB1D}-\x{FB4E}\x{1D15E}-\x{1D1C0}"
)
_GUARD = "prefix({v}, '=\"')"
_GUARDED = f'({_GUARD} AND length({{v}}) > 3 AND regexp_full_match({{v}}, \'="[^"]*"\'))'
# Comparing lengths is the cheapest test for characters beyond ASCII, and this class is cheaper than
# composing each text.
_UNUSUAL = (
    f"({_GUARD} OR (strlen({{v}}) <> length({{v}})"
    f" AND regexp_matches({{v}}, '[{_COMPOSING}{INVISIBLE}]')))"
)
_COMPOSED = f"nullif(trim(nfc_normalize({{v}}), {_ENDS}), '')"
NORMAL_TEXT = (
    f"CASE WHEN NOT {_UNUSUAL} THEN {{v}}"
    f" WHEN {_GUARDED} THEN nfc_normalize({{v}}[3:-2]) ELSE {_COMPOSED} END"
)


def is_unusual(value: str) -> str:
    """Return the SQL condition that a text may differ from its normal form; cheap to compute."""
    return _UNUSUAL.replace("{v}", value)


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
    composed = f"{_COMPOSED} IS DISTINCT FROM {{v}} AND {{v}} IS NOT NULL"
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
