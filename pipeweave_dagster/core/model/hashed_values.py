"""Keyed hashes in place of personal values: equal values stay equal, and nobody can read them.

HMAC-SHA256 (RFC 2104), shortened to 80 bits. Without the key, which is no part of data or model,
values cannot be guessed by hashing candidates. The source is copied beside exported models.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Collection
from typing import Any

HASH_DIGITS = 20
HASH_PREFIX = "h"
"""So that no hash is taken for a number."""
HASHED_ENDS = " \t\r\n\u00a0"
HASHED_FORM = f"{HASH_PREFIX}[0-9a-f]{{{HASH_DIGITS}}}"
_HASHED_WHOLE = re.compile(r"(-?[0-9]+)\.0+")


def hashed_text(value: Any, key: str, missing: Collection[str] = ()) -> str | None:
    """Return the hash of a value; `7`, `7.0` and ` 7` have one, blank and missing values none.

    Args:
        value: The value.
        key: The key.
        missing: Texts that stand for a missing value.

    Example:
        >>> hashed_text("a@b.org", "k" * 32) == hashed_text(" a@b.org", "k" * 32)
        True
    """
    text = unicodedata.normalize("NFC", str(value).strip(HASHED_ENDS))
    if not text or text in missing:
        return None
    whole = _HASHED_WHOLE.fullmatch(text)
    digest = hmac.new(key.encode(), (whole[1] if whole else text).encode(), hashlib.sha256)
    return HASH_PREFIX + digest.hexdigest()[:HASH_DIGITS]


def key_id(key: str) -> str:
    """Return a fingerprint that distinguishes keys and reveals nothing about them."""
    return hmac.new(key.encode(), b"pipeweave: which key", hashlib.sha256).hexdigest()[:12]


def hashed_again_note(name: str) -> str:
    """Return the note on a column whose values were hashes before they were hashed."""
    return (
        f"{name}: all values look like hashes, and were hashed again. The model knows the hashes of"
        " the values as they were in the files that it learned from."
    )
