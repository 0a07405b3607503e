"""What is wrong with a pipeline: a code, a path and a fix."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple


class Problem(NamedTuple):
    """What is wrong, where in the specification, and how to mend it."""

    code: str
    path: str
    message: str
    fix: str

    @property
    def text(self) -> str:
        """The problem in one line."""
        return f"{self.code} at {self.path}: {self.message} {self.fix}"


def nearest(name: str, names: Iterable[str]) -> str:
    """The fix for a name that is none of these: the nearest one, else what there is."""
    known = list(names)
    close = get_close_matches(name, known, n=1)
    if close:
        return f"Did you mean `{close[0]}`?"
    return f"Use one of: {', '.join(known[:20])}." if known else "Remove it."
