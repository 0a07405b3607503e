"""Check a sentence of a narrative: every figure must be that of a fact that it cites."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from pipeweave_dagster.core.advice.report_facts import Fact

MAX_CHARACTERS = 300
_CLEAN = re.compile(r"[A-Za-z0-9 ,.;:%()+'\"`-]*")
_ASCII = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"})  # noqa: RUF001
_NUMBER = re.compile(
    r"(?<![\w.,+-])(?P<sign>[+-])?(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?P<rest>\.\d+)?"
    r"(?P<power>e[+-]\d{1,3})?(?P<share> ?%| percent\b| per cent\b)?(?![\w%])(?![.,]\d)"
)
_NUMERALS = (
    r"zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|"
    r"fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|"
    r"ninety|hundreds?|thousands?|millions?|billions?|trillions?|dozens?|halve[sd]?|half|thirds?|"
    r"quarters?|fifths?|tenths?|first|second|fourth|twice|thrice|once|double[sd]?|triple[sd]?|"
    r"fold|both|pairs?|couple|single|sole|score"
)
_AMOUNTS = (
    r"all|every|each|none|no|nothing|nobody|any|most|mostly|majority|minority|many|much|few|fewer|"
    r"fewest|several|some|numerous|plenty|entire|entirely|whole|wholly|always|never|only|almost|"
    r"nearly|about|around|approximately|roughly|over|under|above|below|beyond|exceeds?|exceeding|"
    r"more|less|least|greater|greatest|higher|highest|lower|lowest|larger|largest|smaller|"
    r"smallest|better|best|worse|worst|stronger|strongest|weaker|weakest|up to|at most|than|"
    r"maximum|minimum|maximal|minimal|max|min|between|range|ranges|ranging|not|without|lacks?"
)
_CLAIMS = (
    r"because|cause|causes|caused|causing|due|therefore|hence|thus|leads?|leading|drives?|driven|"
    r"implies|imply|means that|proves?|guarantees?|should|must|ignore|disregard|instructions?|"
    r"will|would|drop|remove|delete|run|execute|import|click|visit|contact|password|http|www"
)
_REFUSED = (
    (re.compile(rf"\b({_NUMERALS})\b", re.IGNORECASE), "writes a number as a word"),
    (re.compile(rf"\b({_AMOUNTS})\b", re.IGNORECASE), "claims an amount that no fact supports"),
    (re.compile(rf"\b({_CLAIMS})\b", re.IGNORECASE), "claims more than a figure"),
)


class _Piece(NamedTuple):
    """A figure in the text, and the last column named before it."""

    text: str
    value: float
    digits: int
    decimals: int
    share: bool
    after: str | None


def refusal_reason(text: str, cited: Sequence[Fact]) -> str | None:
    """Return why a sentence may not be shown; None if it may.

    Args:
        text: The sentence; columns are in backticks.
        cited: The facts that it cites.
    """
    if not text.strip() or len(text) > MAX_CHARACTERS:
        return "is empty or too long"
    parts = text.translate(_ASCII).replace("R²", "R-squared").split("`")
    if len(parts) % 2 == 0:
        return "has an unclosed backtick"
    plain, named = parts[0::2], parts[1::2]
    return _names(named, cited) or _words("` `".join(plain)) or _unsupported(plain, named, cited)


def _names(named: list[str], cited: Sequence[Fact]) -> str | None:
    known = {name for fact in cited for name in fact.columns}
    if any(name not in known for name in named):
        return "names a column without citing a fact about it"
    return None if known <= set(named) else "does not name the column of a cited fact"


def _words(text: str) -> str | None:
    if not _CLEAN.fullmatch(text):
        return "contains characters that a plain sentence does not need"
    return next((reason for pattern, reason in _REFUSED if pattern.search(text)), None)


def _unsupported(plain: list[str], named: list[str], cited: Sequence[Fact]) -> str | None:
    pieces: list[_Piece] = []
    alone = named[0] if len(set(named)) == 1 else None
    for index, segment in enumerate(plain):
        after = named[index - 1] if index else None
        found = list(_NUMBER.finditer(segment))
        if any(c.isdigit() for c in _NUMBER.sub("", segment)):
            return "contains an ambiguous figure"
        pieces += [_piece(match, after) for match in found]
    if not pieces:
        return "states no figure"
    words = " ".join(plain).lower()
    used: set[str] = set()
    for piece in pieces:
        free = (f for f in cited if f.id not in used)
        fact = next((f for f in free if _states(piece, f, words, alone)), None)
        if fact is None:
            return "states a figure that no cited fact supports"
        used.add(fact.id)
    return (
        None if len(used) == len({f.id for f in cited}) else "cites a fact that it does not state"
    )


def _piece(match: re.Match[str], after: str | None) -> _Piece:
    whole, rest, power = match["whole"].replace(",", ""), match["rest"] or "", match["power"] or ""
    value = float(f"{match['sign'] or ''}{whole}{rest}{power}")
    digits = len((whole + rest.removeprefix(".")).lstrip("0"))
    decimals = len(rest.removeprefix(".")) - int(power[1:] or 0)
    text = f"{match['sign'] or ''}{match['whole']}{rest}{power}"
    return _Piece(text, value, digits, decimals, bool(match["share"]), after)


def _states(piece: _Piece, fact: Fact, words: str, alone: str | None) -> bool:
    """Whether a figure is that of a fact: equal value, unit and column, and one of its cues.

    A figure belongs to the column named before it; to the only column of the sentence if it comes
    before that; and to the whole table only where no column is named before it.
    """
    if piece.share != fact.share or not any(
        re.search(rf"\b{re.escape(cue)}\b", words) for cue in fact.cues
    ):
        return False
    right = (piece.after or alone) in fact.columns if fact.columns else piece.after is None
    as_shown = piece.text == fact.shown.removesuffix("%").rstrip()
    return right and (as_shown or _equal(piece, fact.value))


def _equal(piece: _Piece, value: float) -> bool:
    """Whether a written figure is the value, correctly rounded and within one per cent."""
    if piece.value == value:
        return True
    half_a_digit = 0.5 * 10.0 ** -min(piece.decimals, 300)
    rounded = abs(piece.value - value) <= half_a_digit * (1 + 1e-9)
    close = piece.digits >= 2 and abs(piece.value - value) <= 0.01 * abs(value)
    return rounded and close
