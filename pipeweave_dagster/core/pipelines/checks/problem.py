"""What is wrong with a pipeline: a code, a path and a fix."""

from collections.abc import Iterable
from typing import NamedTuple

from pipeweave_dagster.core.suggestions import did_you_mean, nearest_names


class Problem(NamedTuple):
    """What is wrong, where in the specification, and how to fix it."""

    code: str
    path: str
    message: str
    fix: str

    @property
    def text(self) -> str:
        """The problem in one line."""
        return f"{self.code} at {self.path}: {self.message} {self.fix}"


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the fix for an unknown name: the closest known one, else all of them."""
    known = list(names)
    otherwise = f"Use one of: {', '.join(known[:20])}." if known else "Remove it."
    return did_you_mean(nearest_names(name, known, count=1), otherwise)
