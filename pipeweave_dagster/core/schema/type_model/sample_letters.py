"""The letters and words of sample values, as places in a hashed table."""

import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SAMPLE_BUCKETS = 8192
_LONGEST = 80
_LONGEST_FORM = 60
_MOST_WORDS = 12


def form_of(text: str) -> str:
    """The form of a text: capitals as A, small letters as a, digits as 9."""
    form = re.sub(r"[A-Z]", "A", re.sub(r"\d", "9", text.strip()[:_LONGEST_FORM]))
    return re.sub(r"[a-z]", "a", form)


def _grams(text: str) -> set[str]:
    """Letter groups (2 and 3) and words of a sample, and those (3 and 4) of its form."""
    lower = f" {text.strip().lower()[:_LONGEST]} "
    form = f"^{form_of(text)}$"
    grams = {f"s{lower[i : i + n]}" for n in (2, 3) for i in range(len(lower) - n + 1)}
    grams |= {f"h{form[i : i + n]}" for n in (3, 4) for i in range(len(form) - n + 1)}
    grams |= {f"w{word}" for word in re.findall(r"[a-z]+", text.lower())[:_MOST_WORDS]}
    return grams | {"H" + re.sub(r"(.)\1+", r"\1", form)[:30]}


def sample_buckets(samples: Sequence[str]) -> NDArray[np.int64]:
    """Places of all samples' groups in a hashed table, without doubles."""
    grams = set().union(*(_grams(sample) for sample in samples))
    return np.array(sorted({zlib.crc32(g.encode()) % SAMPLE_BUCKETS for g in grams}), np.int64)
