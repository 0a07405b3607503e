# ruff: noqa: RUF001 - the characters are compared with those of a text
"""Choose among 8-bit and East Asian encodings by how much the decoded text looks like language."""

# Encodings and the letters that their languages really use; a wrong guess shows other symbols.
_SINGLE_BYTE = ("cp1252", "mac_roman", "cp1250", "cp1251", "iso8859_2", "koi8_r", "cp437")
_DOUBLE_BYTE = ("cp932", "big5hkscs", "gb18030", "cp949", "euc_jp")


def best_legacy_encoding(sample: bytes) -> str:
    """Return the encoding under which lines with non-ASCII bytes look most like language."""
    scores = {}
    for encoding in (*_SINGLE_BYTE, *_DOUBLE_BYTE):
        try:
            text = sample.decode(encoding)
        except UnicodeDecodeError:
            undecodable = len(sample.decode(encoding, "replace").split("�")) - 1
            high = sum(b > 127 for b in sample)
            if undecodable > 0.05 * high:
                continue
            text = sample.decode(encoding, "replace")
        scores[encoding] = _plausibility(text, encoding)
    best = max(scores.values(), default=0.0)
    # cp1252 is by far the most common; another encoding must be clearly better.
    if scores.get("cp1252", -1e9) >= best - 0.12:
        return "cp1252"
    return max(scores, key=lambda e: scores[e]) if scores else "cp1252"


_LATIN_LETTERS = set("áàâäãåéèêëíìîïóòôöõúùûüñçßæøœÁÀÂÄÃÅÉÈÊËÍÌÎÏÓÒÔÖÕÚÙÛÜÑÇÆØŒ")
_CENTRAL_LETTERS = set("ąćęłńśźżĄĆĘŁŃŚŹŻčďěňřšťůžČĎĚŇŘŠŤŮŽőűŐŰ")
_SYMBOLS = set("£€–—‘’“”•…°²³½§©®™±·µ¥†‡«»¿¡ºª×\u00a0")


def _plausibility(text: str, encoding: str) -> float:
    """Return the mean score of the non-ASCII characters, from -1 (odd symbols) to 1 (letters)."""
    total, count = 0.0, 0
    for before, char, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if char.isascii():
            continue
        count += 1
        total += _score_character(before, char, after, encoding)
    return total / count if count else 0.0


def _score_character(before: str, char: str, after: str, encoding: str) -> float:
    """Score a character by its neighbours: letters occur in words, symbols beside them."""
    code = ord(char)
    if encoding in _DOUBLE_BYTE:
        return _score_east_asian(before, code, after)
    if 0x400 <= code < 0x460:  # Cyrillic neighbours Cyrillic, lower case follows lower case
        neighbour = any(0x400 <= ord(c) < 0x460 for c in (before, after))
        return 0.9 if neighbour and not (char.isupper() and before.islower()) else -0.5
    in_word = before.isalpha() or after.isalpha()
    if char in _LATIN_LETTERS or char in _CENTRAL_LETTERS:
        if char.isupper() and before.isalpha() and before.islower():
            return -0.6
        rare = 0.25 if char in _CENTRAL_LETTERS else 0.0
        return (1.0 if in_word else 0.2) - rare
    if char in _SYMBOLS:
        return 0.3 if in_word and char in "²³½§©®±·µ¥†‡ºª×" else 0.7
    return -1.0


def _score_east_asian(before: str, code: int, after: str) -> float:
    common = 0x4E00 <= code < 0xA000 or 0x3040 <= code < 0x3100 or 0xAC00 <= code < 0xD7B0
    neighbour = any(not c.isascii() for c in (before, after))
    if common:
        return 0.95 if neighbour else -0.3
    if 0x3000 <= code < 0x3040 or 0xFF00 <= code < 0xFF66:
        return 0.6
    return -0.8
