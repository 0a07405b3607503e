"""What was observed: a check, run, tick, batch or data set that is well or has a problem."""

import operator
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from pipeweave_dagster.core.documents import Part

Kind = Literal["check", "run", "tick", "stale", "rollback"]
Severity = Literal["error", "warning"]
_ALL = "all"


class Observation(Part):
    """One thing that was looked at, and what is wrong with it.

    `subject` names it among those of its data set and kind, such as `findings:leakage`; what has
    the same subject later is the same thing. `codes` and `columns` (of a batch that was not scored,
    its file) tell one problem of it from another. `ok` means that there is none (any more).
    `dataset` is empty for what concerns all of them.
    """

    kind: Kind
    subject: str
    at: float
    dataset: str = ""
    ok: bool = False
    severity: Severity = "error"
    codes: list[str] = Field(default=[], exclude_if=operator.not_)
    columns: list[str] = Field(default=[], exclude_if=operator.not_)
    text: str = ""
    run_id: str = ""

    @property
    def key(self) -> str:
        """What it is about, for all times."""
        return f"{self.dataset}|{self.kind}|{self.subject}"


def is_muted(found: Observation, mute: Sequence[str]) -> bool:
    """Return whether a data set's `mute` covers a problem.

    It does by `all`, the kind, the name of a check (also without its asset), or all of the codes.

    Example:
        >>> found = Observation(kind="check", subject="findings:drift", at=0, codes=["PW701"])
        >>> is_muted(found, ["PW701"]), is_muted(found, ["drift"]), is_muted(found, ["run"])
        (True, True, False)
    """
    words = {word.strip().casefold() for word in mute}
    name = found.subject.casefold()
    if words & {_ALL, found.kind, name, name.rpartition(":")[2]}:
        return True
    return bool(found.codes) and {code.casefold() for code in found.codes} <= words
