# ruff: noqa: RUF001 - the characters are compared with those of a text
"""Choose among the encodings before Unicode by how likely a language makes the decoded text.

Each encoding decodes the same bytes, so the likelihoods of the texts in bits compare directly: that
of each character by the language, and that of its neighbours (letters occur in words, capitals
begin them). The cheapest reading wins; readings about as cheap are reported as doubtful.
"""

import math
import re
from collections import Counter
from functools import cache
from typing import NamedTuple

from pipeweave_dagster.core.ingest.text.letter_context import (
    context_bits,
    is_space_of_number,
    script_of,
)
from pipeweave_dagster.core.ingest.text.letter_frequencies import LANGUAGES

_SAMPLE = 24_000
_SEPARATORS = re.compile(rb"[\t\n\r ,;\"]+")
_DIGITS = re.compile(rb"\d+")
_LISTED = 0.97  # share of the letters of a text that the list of its language has
_LISTED_EAST_ASIAN = 0.62
_OTHER_LETTER, _SYMBOL, _ODD, _UNDECODABLE = 14.0, 9.0, 20.0, 26.0
_COMMON_EAST_ASIAN, _RARE_EAST_ASIAN = 13.0, 21.0
_QUOTE, _QUOTES = 6.0, set("’“”„‘–—…«»")
_USUAL_SYMBOLS = set("£€–—‘’“”„…•°²³½¼§©®™±·µ¥«»¿¡ºª×´`\u00a0№，。、（）：；「」・")
_SPACE_OF_NUMBER = 1.0
_DOUBTFUL_BITS = 6.0
_EAST_ASIAN = {"Japanese", "Korean", "Chinese", "Taiwanese"}


class Reading(NamedTuple):
    """An encoding, and the bits that it and the text cost."""

    encoding: str
    bits: float


class LegacyChoice(NamedTuple):
    """The likeliest encoding, and others that are about as likely and show another text."""

    encoding: str
    rivals: tuple[str, ...]


def choose_legacy_encoding(sample: bytes) -> LegacyChoice:
    """Choose the encoding under which lines with non-ASCII bytes look most like language."""
    readings = rank_encodings(sample)
    best = readings[0]
    text = sample.decode(best.encoding, "replace")
    rivals = [
        r.encoding
        for r in readings[1:]
        if r.bits < best.bits + _DOUBTFUL_BITS and sample.decode(r.encoding, "replace") != text
    ]
    return LegacyChoice(best.encoding, tuple(rivals))


def rank_encodings(sample: bytes) -> list[Reading]:
    """Return all encodings by the likelihood of the text that they show, the best first.

    Args:
        sample: Lines with non-ASCII bytes; 24 kB of their different words are used.
    """
    words = _distinct_words(sample)
    best: dict[str, float] = {}
    languages_of: dict[str, list[tuple[str, float]]] = {}
    for name, language in LANGUAGES.items():
        for encoding, prior in language.encodings.items():
            languages_of.setdefault(encoding, []).append((name, prior))
    for encoding, languages in languages_of.items():
        characters, context = _counted(words.decode(encoding, "replace"))
        best[encoding] = min(
            prior + context + _language_bits(characters, name) for name, prior in languages
        )
    return sorted((Reading(*item) for item in best.items()), key=lambda r: r.bits)


def _distinct_words(sample: bytes) -> bytes:
    """Return the different words with non-ASCII bytes, as far as they are looked at.

    Values repeat in tables, and tell as much once; so do amounts that differ in their digits only.
    No byte of a longer character is a separator.
    """
    words = dict.fromkeys(word for word in _SEPARATORS.split(sample) if not word.isascii())
    forms: dict[bytes, bytes] = {}
    for word in words:
        forms.setdefault(_DIGITS.sub(b"0", word), word)
    return b"\n".join(forms.values())[:_SAMPLE]


def _counted(text: str) -> tuple[Counter[str], float]:
    """Return the counts of non-ASCII characters, and the bits that their neighbours cost."""
    contexts = Counter(zip(" " + text, text, text[1:] + " ", strict=False))
    characters: Counter[str] = Counter()
    bits = 0.0
    for (before, char, after), count in contexts.items():
        if is_space_of_number(before, char, after):
            bits += count * _SPACE_OF_NUMBER
        elif not char.isascii():
            characters[char] += count
            bits += count * context_bits(before, char, after)
    return characters, bits


def _language_bits(characters: Counter[str], name: str) -> float:
    costs = _letter_bits(name)
    return sum(
        count * (costs.get(char.lower()) or _other_bits(char, name))
        for char, count in characters.items()
    )


@cache
def _letter_bits(name: str) -> dict[str, float]:
    letters = list(dict.fromkeys(LANGUAGES[name].letters))
    share = _LISTED_EAST_ASIAN if name in _EAST_ASIAN else _LISTED
    total = sum(1 / (rank + 2) for rank in range(len(letters)))
    return {c: -math.log2(share / (r + 2) / total) for r, c in enumerate(letters)}


@cache
def _other_bits(char: str, name: str) -> float:
    """Return the bits of a character that is not in the list of a language."""
    if char == "\ufffd":
        return _UNDECODABLE
    if char in _QUOTES:
        return _QUOTE
    if char in _USUAL_SYMBOLS:
        return _SYMBOL
    if name in _EAST_ASIAN:
        return _COMMON_EAST_ASIAN if _is_common(char, name) else _RARE_EAST_ASIAN
    known = LANGUAGES[name].letters[0]
    same = char.isalpha() and script_of(char) == script_of(known)
    return _OTHER_LETTER if same else _ODD


def _is_common(char: str, name: str) -> bool:
    """Return whether a character is in the part of the national standard for common ones."""
    standard, first, last = {
        "Chinese": ("gb2312", 0xB0, 0xD7),
        "Taiwanese": ("big5", 0xA4, 0xC6),
        "Korean": ("euc_kr", 0xB0, 0xC8),
        "Japanese": ("euc_jp", 0xB0, 0xCF),
    }[name]
    try:
        code = char.encode(standard)
    except UnicodeEncodeError:
        return False
    return len(code) == 2 and first <= code[0] <= last
