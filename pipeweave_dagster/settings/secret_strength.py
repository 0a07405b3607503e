"""Weak secrets: refused in production, warned about in development."""

import logging
from collections.abc import Mapping
from functools import cache

_MIN_SECRET = 32
# "password" and "changeme" have seven, however often they are repeated.
_MIN_DISTINCT = 8


def _is_weak(secret: str) -> bool:
    return len(secret) < _MIN_SECRET or len(set(secret)) < _MIN_DISTINCT


@cache
def _warn_once(message: str) -> None:
    logging.getLogger(__name__).warning(message)


def check_secrets(secrets: Mapping[str, str], profile: str) -> None:
    """Refuse weak secrets in production, warn about them in development.

    Args:
        secrets: The secrets that are set, by the names that a message gives them.
        profile: `production` or `development`.

    Raises:
        ValueError: One is weak, in production.
    """
    weak = [name for name, secret in secrets.items() if _is_weak(secret)]
    if not weak:
        return
    reason = f"shorter than {_MIN_SECRET} characters, or with too few different ones"
    problem = f"{', '.join(weak)}: {reason}"
    if profile == "production":
        raise ValueError(f"{problem}; the production profile needs stronger ones (make secrets)")
    _warn_once(f"{problem}; fine on a laptop, refused in the production profile")
