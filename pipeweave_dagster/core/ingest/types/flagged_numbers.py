"""Numbers with a flag behind them, as official statistics write them: `106.1 p`, `45*`, `: c`.

So are the marks of notes in encyclopedias: `1,105[a]`.

Eurostat and others mark values that way: p is provisional, e estimated, r revised, b a break in the
series. The number is read here, and `core.ingest.flag_columns` keeps the flag in a column.
"""

import re
from collections.abc import Collection

from pipeweave_dagster.core.ingest.types.expression_sql import Expression, V
from pipeweave_dagster.core.ingest.types.value_parsers import GAPS, TEXT, Parser

_GAP = "[ \u00a0]"
_LETTERS = "(?:[bcdefinprstuz]{1,3}|[PER])"
_SIGNS = "(?:[*]{1,4}|[\u2020\u2021]|\\[[A-Za-z0-9]{1,3}\\])"
_MARK = rf"(?:\({_LETTERS}\)|{_LETTERS}|{_SIGNS})"
# Without a blank, a letter stands behind a fraction only: 12b and 14e are codes.
_BEHIND = rf"(?:{_GAP}+{_MARK}|{_GAP}*(?:{_SIGNS}|\({_LETTERS}\)))"
_NOTHING = rf"(?::|[.]{{2,3}}|-){_GAP}*{_MARK}"
FLAG_OF = rf"[0-9.,:-]{_GAP}*[(]?({_LETTERS}|{_SIGNS})[)]?$"
"""Finds the flag, its only group, of a value that the parser matches."""
_FLAG = re.compile(FLAG_OF)
_STRONG = {"p", "r", "P", "R", "*", "**", "***", "****", "\u2020", "\u2021"}
"""Flags that are seldom anything else: `12 b` may be the number of a house, `52.5 n` a latitude."""
_FEW_VALUES = 30
_FORMAT = "number with flags"
FLAGS = Parser("text", TEXT.pattern, V, "flags")
"""The texts of a column of flags."""


def _parser(decimal: bool) -> Parser:
    group, mark = (".", ",") if decimal else (",", ".")
    whole = rf"(?:[0-9]{{1,15}}|[0-9]{{1,3}}(?:[{group}{GAPS}][0-9]{{3}}){{1,4}})"
    fraction = rf"[{mark}][0-9]+"
    number = rf"[+-]?(?:{whole}{_BEHIND}?|{whole}?{fraction}(?:{_BEHIND}|{_LETTERS})?)"
    without_note: Expression = ("substitute_all", V, r"\[.*$", "")
    digits: Expression = ("substitute_all", without_note, "[^0-9.,+-]", "")
    clean: Expression = ("replace", digits, group, "")
    plain = ("replace", clean, ",", ".") if decimal else clean
    return Parser(
        "number",
        rf"{number}|{_NOTHING}",
        ("case", ("search", V, "[0-9]"), ("double", plain), None),
        f"{_FORMAT}, decimal ','" if decimal else _FORMAT,
    )


FLAGGED, FLAGGED_COMMA = _parser(decimal=False), _parser(decimal=True)
FLAGGED_NUMBERS = (FLAGGED, FLAGGED_COMMA)


def flagged_number_parsers(values: Collection[str]) -> list[Parser]:
    """Return the parser of numbers of which some have a flag behind them, if there are such.

    Args:
        values: Distinct values of a column.

    Example:
        >>> [p.format for p in flagged_number_parsers(["106.1 p", "104.2", ": c", "99.8 e"])]
        ['number with flags']
        >>> flagged_number_parsers(["12", "14 b", "16 c"])
        []
    """
    marked = [v for v in values if v[-1:] in _ENDS and any(p.matches(v) for p in FLAGGED_NUMBERS)]
    if not marked or (len(marked) < 2 and len(values) >= _FEW_VALUES):
        return []
    flags = {found[1] for v in marked if (found := _FLAG.search(v))}
    others = [v for v in values if v not in {*marked}]
    fractions = any("." in v or "," in v for v in others)
    strong = flags & _STRONG or any(flag[0] == "[" for flag in flags)
    if not strong and not (fractions and len(marked) < len(others)):
        return []
    point, comma = (sum(map(p.matches, values)) for p in FLAGGED_NUMBERS)
    commas = [v for v in values if "," in v and "." not in v]
    thousands = all(re.match(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])", v) for v in commas)
    return [FLAGGED_COMMA if comma > point or (commas and not thousands) else FLAGGED]


_ENDS = frozenset("bcdefinprstuzPER*\u2020\u2021)]")
