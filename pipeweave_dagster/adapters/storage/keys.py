"""Which keys are safe, on a folder and on S3 alike, and the notes on names that are not."""

import os
import re
from dataclasses import dataclass

from pipeweave_dagster.core.errors import validation_error

MAX_KEY_BYTES = 1024
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\]")
# What nearly all keys are, in one look: a listing may have a hundred thousand of them.
_PLAIN_PART = r"[^\x00-\x1f\x7f\\/.\ud800-\udfff][^\x00-\x1f\x7f\\/\ud800-\udfff]*"
_PLAIN = re.compile(f"{_PLAIN_PART}(?:/{_PLAIN_PART})*")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entry of a listing that is not an object: where it is, printable, and why.

    `unread` is the prefix of the keys below it, where it is a folder that cannot be read.
    """

    place: str
    reason: str
    unread: str | None = None

    @property
    def text(self) -> str:
        """Place and reason in one line."""
        return f"{self.place}: {self.reason}"


def check_key(key: str) -> str:
    """Return the key if it is safe on every store, for reading as for writing.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for empty parts, parts that begin with a dot, control
            characters, backslashes, names that are not UTF-8, or more than 1,024 bytes.
    """
    problem = next(filter(None, map(name_problem, key.split("/"))), None) or _length_problem(key)
    if problem is not None:
        shown = printable(key)[:200]
        raise validation_error(
            f"{shown!r} is not a safe storage key: {problem}.",
            fix="Use plain file and folder names.",
            key=shown,
        )
    return key


def check_prefix(prefix: str) -> str:
    """Return the prefix of a listing if it is empty, or the beginning of a safe key.

    Raises:
        PipeWeaveError: VALIDATION_ERROR, as for keys.
    """
    if prefix:
        check_key(prefix.removesuffix("/"))
    return prefix


def key_problem(key: str) -> str | None:
    """Return why a listed key is not safe; None if it is."""
    if len(key) <= MAX_KEY_BYTES // 4 and _PLAIN.fullmatch(key):
        return None
    return next(filter(None, map(name_problem, key.split("/"))), None) or _length_problem(key)


def name_problem(name: str) -> str | None:
    """Return why a name is not a safe part of a key; None if it is."""
    if not name:
        return "a part of it is empty"
    if name.startswith("."):
        return "a part of it begins with a dot"
    if _UNSAFE.search(name):
        return "it contains a control character or a backslash"
    if _SURROGATE.search(name):
        return "its name is not UTF-8"
    return None


def printable(name: str) -> str:
    r"""Return a name of a file system as text; bytes that are not UTF-8 appear as `\xe9`."""
    text = os.fsencode(name) if _is_from_bytes(name) else name.encode("utf-8", "backslashreplace")
    shown = text.decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)


def _is_from_bytes(name: str) -> bool:
    """Return whether all surrogates of a name stand for bytes, as Python reads file names."""
    return all("\udc80" <= c <= "\udcff" for c in _SURROGATE.findall(name))


def _length_problem(key: str) -> str | None:
    too_long = len(key.encode("utf-8", "surrogatepass")) > MAX_KEY_BYTES
    return f"it is longer than {MAX_KEY_BYTES} bytes" if too_long else None
