"""Words of a text column that tell the classes apart exactly, whatever else the texts contain."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Codes, Column

MAX_LETTERS = 300
MAX_LEARNED_ROWS = 4_000
MAX_TESTED_ROWS = 20_000
MIN_WORD_ROWS = 5
MAX_WORDS = 12
"""Words per class: an outcome is expressed in few ways."""
_WORD = re.compile(r"[^\W\d_]+|(?<!\d)\d{1,4}(?!\d)")


@dataclass(frozen=True)
class WordRule:
    """Words by class, and the class of the texts that have none of them.

    Attributes:
        words: Words of each class that has any, the most frequent first.
        default: Code of the class without words.
        exceptions: Rows that the rule misclassifies; half of them were not used to find it.
        rows: Rows on which the rule was counted.
    """

    words: dict[int, list[str]]
    default: int
    exceptions: int
    rows: int


def words_of(text: str) -> set[str]:
    """Return the words and short numbers of a text, and its first character.

    Example:
        >>> sorted(words_of("R-20417: refused"))
        ['^r', 'r', 'refused']
    """
    text = text[:MAX_LETTERS].lower().strip()
    if not text:
        return set()
    return {*_WORD.findall(text), f"^{text[0]}"}


def class_words(column: Column, classes: Codes, allowed: float) -> WordRule | None:
    """Return a rule that misclassifies at most the allowed share of rows; None if there is none.

    Words are learned on one half of a sample and must hold on the other half, then on all rows.

    Args:
        column: A text column.
        classes: Shape (n,): class of each row, -1 if missing.
        allowed: Largest share of misclassified rows.
    """
    used = np.flatnonzero((column.codes >= 0) & (classes >= 0))
    used = np.random.default_rng(0).permutation(used)[:MAX_TESTED_ROWS]
    half = min(len(used), MAX_LEARNED_ROWS) // 2
    learned, tested = used[:half], used[half : 2 * half]
    labels = column.labels
    by_word: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(learned):
        for word in words_of(labels[column.codes[row]]):
            by_word[word].append(place)
    words, default = _learn(by_word, classes[learned])
    if not words:
        return None
    for rows in (tested, used):
        texts = (labels[code] for code in column.codes[rows])
        wrong = int((_predict(texts, words, default) != classes[rows]).sum())
        if wrong > allowed * len(rows):
            return None
    return WordRule(words, default, wrong, len(used))


def _learn(by_word: dict[str, list[int]], classes: Codes) -> tuple[dict[int, list[str]], int]:
    """Return for each class the fewest words that only its rows have, and the default class."""
    pure: dict[int, list[tuple[str, NDArray[np.int64]]]] = defaultdict(list)
    for word, places in by_word.items():
        rows = np.array(places)
        if len(rows) >= MIN_WORD_ROWS and (classes[rows] == classes[rows[0]]).all():
            pure[int(classes[rows[0]])].append((word, rows))
    uncovered = np.bincount(classes).astype(np.int64)
    words: dict[int, list[str]] = {}
    for label, candidates in pure.items():
        # Of words in the same rows, the longest says most to a reader.
        candidates.sort(key=lambda each: (each[0].startswith("^"), -len(each[0]), each[0]))
        covered = np.zeros(len(classes), bool)
        chosen: list[str] = []
        while len(chosen) < MAX_WORDS:
            gains = [int((~covered[rows]).sum()) for _, rows in candidates]
            best = int(np.argmax(gains))
            if gains[best] == 0:
                break
            chosen.append(candidates[best][0])
            covered[candidates[best][1]] = True
        words[label] = chosen
        uncovered[label] -= covered.sum()
    default = int(uncovered.argmax())
    # One class may be that of all texts without a word; every other one has to have its words.
    if uncovered.sum() - uncovered[default] > 0.01 * len(classes):
        return {}, default
    if uncovered[default] > 0:
        words.pop(default, None)
    return words, default


def _predict(texts: Iterable[str], words: dict[int, list[str]], default: int) -> Codes:
    """Return the class of each text by the first of its words that has one."""
    label_of = {word: label for label, chosen in words.items() for word in chosen}
    known = label_of.keys()
    predicted = []
    for text in texts:
        found = {label_of[word] for word in words_of(text) & known}
        predicted.append(found.pop() if len(found) == 1 else -2 if found else default)
    return np.array(predicted, np.int32)
