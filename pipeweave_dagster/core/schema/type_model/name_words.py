"""Features of how common the words of a column name are: common words have plain meanings.

`common_words.txt` lists English words and personal names, the most frequent first. A name such as
`s2p3fert` contains none of them, and only its source explains what it means.
"""

import math
from functools import lru_cache
from pathlib import Path

from pipeweave_dagster.core.schema.type_model.name_ngrams import words_of

COUNT = 7
_PATH = Path(__file__).with_name("common_words.txt")
_VERY_COMMON = 5000
_UNKNOWN, _NO_WORD = 11.0, 12.0
_MAX_WORDS = 8


@lru_cache(maxsize=1)
def _ranks() -> dict[str, int]:
    return {word: i for i, word in enumerate(_PATH.read_text(encoding="ascii").split())}


def is_common(word: str) -> bool:
    """Return whether a word (lower case) is an English word or a personal name in common use."""
    return word in _ranks()


def name_words(name: str) -> list[float]:
    """Return `COUNT` features of a name.

    They are the mean, maximum, last and first log rank of its words, the share of letters in common
    and in very common words, and the mean word length.
    """
    ranks, words = _ranks(), words_of(name)[:_MAX_WORDS]
    logs = [math.log1p(ranks[w]) if w in ranks else _UNKNOWN for w in words] or [_NO_WORD]
    letters = sum(map(len, words)) or 1
    known = sum(len(w) for w in words if w in ranks) / letters
    very_common = sum(
        len(w) for w in words if len(w) > 2 and ranks.get(w, _VERY_COMMON) < _VERY_COMMON
    )
    length = letters / max(1, len(words))
    return [
        sum(logs) / len(logs),
        max(logs),
        logs[-1],
        logs[0],
        known,
        very_common / letters,
        length,
    ]
