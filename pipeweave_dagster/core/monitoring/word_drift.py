"""Drift of texts: the word whose share of rows has changed most."""

import re
from collections import Counter

import numpy as np

from pipeweave_dagster.core.columns.value_counts import ValueCounts
from pipeweave_dagster.core.monitoring.two_samples import share_p_value

_WORD = re.compile(r"[^\W\d_]{2,30}+")
_FEWEST_WORDS, _DISTINCT = 3, 0.5
"""Words of the mean text, and share of distinct ones, from which a column holds free text."""
_FEWEST_ROWS = 5
"""Rows of both samples that a word must be in to be tested."""
_MOST_TEXTS, _MOST_CHARACTERS = 20_000, 2_000


def holds_texts(column: ValueCounts) -> bool:
    """Return whether a column holds texts of several words that seldom repeat, not categories."""
    if column.numbers is not None or column.distinct < _DISTINCT * column.present:
        return False
    labels, _ = _sampled(column, 200)
    words = [len(_WORD.findall(label[:_MOST_CHARACTERS])) for label in labels]
    return bool(words) and float(np.mean(words)) >= _FEWEST_WORDS


def most_changed_word(
    before: ValueCounts, after: ValueCounts
) -> tuple[str, tuple[float, float], float]:
    """Return the word whose share of rows differs most, both shares, and a p-value.

    The p-value allows for all words (Bonferroni). Which words are tested depends on both samples
    together, so it holds for each way to divide their rows. Of more than 20,000 texts a sample is
    read, and 2,000 characters of each.

    Example:
        >>> import pyarrow as pa
        >>> from pipeweave_dagster.core.columns.value_counts import count_values
        >>> late, lost = ([f"order {n} is {word}" for n in "abcdefgh"] for word in ("late", "lost"))
        >>> old = count_values(pa.chunked_array([late]), "text")
        >>> new = count_values(pa.chunked_array([lost]), "text")
        >>> word, shares, _ = most_changed_word(old, new)
        >>> word, shares
        ('late', (1.0, 0.0))
    """
    (old, old_rows), (new, new_rows) = _words(before), _words(after)
    tested = sorted(w for w in {*old, *new} if old[w] + new[w] >= _FEWEST_ROWS)
    if not tested:
        return "", (0.0, 0.0), 1.0
    shares = {w: (old[w] / old_rows, new[w] / new_rows) for w in tested}
    word = max(tested, key=lambda w: abs(shares[w][0] - shares[w][1]))
    p_value = share_p_value((old[word], old_rows), (new[word], new_rows))
    return word, shares[word], min(1.0, p_value * len(tested))


def _words(column: ValueCounts) -> tuple[Counter[str], int]:
    """Return in how many rows each word occurs, and the number of rows."""
    found: Counter[str] = Counter()
    labels, counts = _sampled(column, _MOST_TEXTS)
    for label, rows in zip(labels, counts, strict=True):
        for word in {w.lower() for w in _WORD.findall(label[:_MOST_CHARACTERS])}:
            found[word] += rows
    return found, max(1, sum(counts))


def _sampled(column: ValueCounts, most: int) -> tuple[list[str], list[int]]:
    """Return at most so many distinct values and their rows, evenly chosen."""
    step = max(1, -(-column.distinct // most))
    return column.labels[::step], [int(n) for n in column.counts[::step]]
