"""Detect the language of texts by their most common function words."""

import re
from collections import Counter
from collections.abc import Iterable

_WORD = re.compile(r"[^\W\d_]+")
_FUNCTION_WORDS = {
    "English": "the of and to in is it that was for on are with as be at this have not you but",
    "German": "der die das und ist nicht ein eine zu den mit von auf für im sich dem auch es wird",
    "French": "le la les et des est une que pour dans qui pas sur au avec ce il sont du cette",
    "Spanish": "el la los las que y en un una por con para es del se lo como más pero muy",
    "Italian": "il di che è la per un una non sono con del della gli le anche più ma come nel",
    "Portuguese": "o que de não uma para com os as do da em um por mais foi ao como mas dos",
    "Dutch": "de het een van en is dat op te niet zijn voor met aan er ook maar om bij uit",
}
LANGUAGES_OF = {
    word: {name for name, words in _FUNCTION_WORDS.items() if word in words.split()}
    for words in _FUNCTION_WORDS.values()
    for word in words.split()
}
"""Each function word with the languages that use it."""


def languages(texts: Iterable[str]) -> dict[str, float]:
    """Return the share of texts per language; those without function words are `unknown`.

    Args:
        texts: Texts, one per row; a text counts for the language with most function words in it.
    """
    found: Counter[str] = Counter()
    for text in texts:
        votes = Counter(
            name for word in _WORD.findall(text.lower()) for name in LANGUAGES_OF.get(word, ())
        )
        best = votes.most_common(2)
        clear = best and (len(best) == 1 or best[0][1] > best[1][1])
        found[best[0][0] if clear else "unknown"] += 1
    total = sum(found.values())
    return {name: round(rows / total, 4) for name, rows in found.most_common(4)} if total else {}
