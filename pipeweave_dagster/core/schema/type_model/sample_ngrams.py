"""Hash the words and character n-grams of sample values."""

import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SAMPLE_BUCKETS = 8192
_MAX_TEXT = 80
_MAX_PATTERN = 60
_MAX_WORDS = 12


def character_pattern(text: str) -> str:
    """Return the pattern of a text: upper case as A, lower case as a, digits as 9."""
    pattern = re.sub(r"[A-Z]", "A", re.sub(r"\d", "9", text.strip()[:_MAX_PATTERN]))
    return re.sub(r"[a-z]", "a", pattern)


def _grams(text: str) -> set[str]:
    """Return words and n-grams (2 and 3) of a sample, and n-grams (3 and 4) of its pattern."""
    lower = f" {text.strip().lower()[:_MAX_TEXT]} "
    pattern = f"^{character_pattern(text)}$"
    grams = {f"s{lower[i : i + n]}" for n in (2, 3) for i in range(len(lower) - n + 1)}
    grams |= {f"h{pattern[i : i + n]}" for n in (3, 4) for i in range(len(pattern) - n + 1)}
    grams |= {f"w{word}" for word in re.findall(r"[a-z]+", text.lower())[:_MAX_WORDS]}
    return grams | {"H" + re.sub(r"(.)\1+", r"\1", pattern)[:30]}


def hash_samples(samples: Sequence[str]) -> NDArray[np.int64]:
    """Return the distinct buckets of all samples' words and n-grams, ascending."""
    grams = set().union(*(_grams(sample) for sample in samples))
    return np.array(sorted({zlib.crc32(g.encode()) % SAMPLE_BUCKETS for g in grams}), np.int64)
