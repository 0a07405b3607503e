"""Hash the words and character n-grams of a column name."""

import re
import zlib

import numpy as np
from numpy.typing import NDArray

NAME_BUCKETS = 4096


def words_of(name: str) -> list[str]:
    """Return the words of a name in lower case: `customerID_2` gives customer, id."""
    split = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    return re.findall(r"[a-z]+", split.lower())


def hash_name(name: str) -> NDArray[np.int64]:
    """Return the distinct buckets of the name's words and character n-grams (3 to 5), ascending."""
    lower = " ".join(words_of(name)) or name.lower()
    padded = f" {lower} "
    grams = {padded[i : i + n] for n in (3, 4, 5) for i in range(len(padded) - n + 1)}
    grams |= {f"w:{w}" for w in words_of(name)}
    buckets = {zlib.crc32(g.encode()) % NAME_BUCKETS for g in grams}
    return np.array(sorted(buckets), np.int64)
