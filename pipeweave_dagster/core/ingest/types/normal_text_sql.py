"""The SQL of the normal form of texts: composed letters, no invisible ends, no guards of sheets."""

from pipeweave_dagster.core.ingest.base.sql_quoting import literal
from pipeweave_dagster.core.model.value_expressions import BLANKS, INVISIBLE

_ENDS = literal(INVISIBLE + BLANKS)
# Characters that compose with the one before, or have another composed form: marks, Hangul vowels
# and finals, variants of Greek, Indic, Tibetan and Hebrew letters, compatibility ideographs.
_COMPOSING = (
    r"\p{M}\x{0374}\x{037E}\x{0387}\x{1161}-\x{11C2}\x{1F71}-\x{1FFD}\x{2000}\x{2001}\x{2126}"
    r"\x{212A}\x{212B}\x{2ADC}\x{2329}\x{232A}\x{F900}-\x{FAFF}\x{11000}-\x{11FFF}\x{16000}-\x{16FFF}"
    r"\x{2F800}-\x{2FA1D}\x{0958}-\x{095F}\x{09DC}-\x{09DF}\x{0A33}-\x{0A5E}\x{0B5C}\x{0B5D}"
    r"\x{0F43}-\x{0F69}\x{FB1D}-\x{FB4E}\x{1D15E}-\x{1D1C0}"
)
_GUARD = "prefix({v}, '=\"')"
GUARDED = f'({_GUARD} AND length({{v}}) > 3 AND regexp_full_match({{v}}, \'="[^"]*"\'))'
# Comparing lengths is the cheapest test for characters beyond ASCII, and this class is cheaper than
# composing each text.
UNUSUAL = (
    f"({_GUARD} OR (strlen({{v}}) <> length({{v}})"
    f" AND regexp_matches({{v}}, '[{_COMPOSING}{INVISIBLE}]')))"
)
COMPOSED = f"nullif(trim(nfc_normalize({{v}}), {_ENDS}), '')"
NORMAL_TEXT = (
    f"CASE WHEN NOT {UNUSUAL} THEN {{v}}"
    f" WHEN {GUARDED} THEN nfc_normalize({{v}}[3:-2]) ELSE {COMPOSED} END"
)
PLAIN_ASCII = (
    "strlen({v}) = length({v}) AND {v} >= '!' AND right({v}, 1) > ' ' AND NOT prefix({v}, '=\"')"
)
"""Holds for texts that are normal and trimmed whatever else they are: nearly all, in few tests."""
