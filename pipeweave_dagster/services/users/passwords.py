"""Passwords, kept as argon2id hashes."""

from functools import cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from pipeweave_dagster.core.errors import validation_error

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 12, 256
_AT_ONCE = BoundedSemaphore(2)  # each computation takes 64 MB


def hash_password(password: str) -> str:
    """Return the hash of a new password (argon2id, RFC 9106's second profile).

    Raises:
        PipeWeaveError: VALIDATION_ERROR for a password that is too short, too long or too simple.
    """
    if not SHORTEST <= len(password) <= LONGEST or len(set(password)) < 5:
        raise validation_error(
            f"The password needs {SHORTEST} to {LONGEST} characters, at least five different ones.",
            fix="Choose a longer one, such as five words.",
        )
    with _AT_ONCE:
        return _hasher().hash(password)


def is_password(hashed: str | None, password: str) -> bool:
    """Return whether it is the password of this hash; takes as long for a user without one."""
    from argon2.exceptions import Argon2Error, InvalidHashError

    with _AT_ONCE:
        try:
            return _hasher().verify(hashed or _unused(), password[: LONGEST + 1]) and bool(hashed)
        except (Argon2Error, InvalidHashError):
            return False


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _unused() -> str:
    return _hasher().hash("the password of nobody")
