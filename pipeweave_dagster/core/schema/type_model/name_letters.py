"""The words and letter groups of a column's name, as places in a hashed table."""

import re
import zlib

import numpy as np
from numpy.typing import NDArray

NAME_BUCKETS = 4096


def words_of(name: str) -> list[str]:
    """The words of a name: `customerID_2` gives customer, id."""
    split = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    return re.findall(r"[a-z]+", split.lower())


def name_buckets(name: str) -> NDArray[np.int64]:
    """Places of the name's words and letter groups (3 to 5) in a hashed table, without doubles."""
    lower = " ".join(words_of(name)) or name.lower()
    padded = f" {lower} "
    grams = {padded[i : i + n] for n in (3, 4, 5) for i in range(len(padded) - n + 1)}
    grams |= {f"w:{w}" for w in words_of(name)}
    hashed = {zlib.crc32(g.encode()) % NAME_BUCKETS for g in grams}
    return np.array(sorted(hashed), np.int64)
