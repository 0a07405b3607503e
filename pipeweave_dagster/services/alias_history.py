"""Every move of a registry alias: who or which run, when, from, to, why, on what evidence.

`datasets/<dataset>/alias_moves/<number>.json` holds one move each, numbered without gaps. A move is
written once and never changed, so that "which version was champion on that day" has an answer.
"""

import time
from collections.abc import Sequence
from typing import Literal

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.state.records import record_bytes
from pipeweave_dagster.core.documents import Part
from pipeweave_dagster.core.errors import unavailable
from pipeweave_dagster.services.acting import current_principal

How = Literal["run", "promote", "rollback", "outside"]
_ATTEMPTS = 50


class GateCheck(Part):
    """One check of the promotion gate, and what it found."""

    name: str
    passed: bool
    message: str


class Cause(Part):
    """Why an alias moves: the command or run, its author, the reason and the evidence.

    `by` is the user of a command, or empty; `run_id` the Dagster run that decided. `checks` are
    those of the gate, `forced` marks a promotion in spite of them. `how` is `outside` for a move
    in MLflow itself that PipeWeave noticed later.
    """

    how: How
    by: str = ""
    run_id: str = ""
    reason: str = ""
    forced: bool = False
    checks: list[GateCheck] = []


class AliasMove(Part):
    """One move of an alias; `before` and `after` are versions, None for no version.

    `at` is in seconds since 1970: when it was made, or noticed. `evaluation` is the address of the
    evaluation of the version in the storage.
    """

    number: int
    at: float
    alias: str
    before: str | None
    after: str | None
    cause: Cause
    evaluation: str | None = None


def by_user(how: How, reason: str = "") -> Cause:
    """Return the cause of a move by whoever acts now."""
    return Cause(how=how, by=current_principal().name, reason=reason)


def append_move(
    store: DocumentStore,
    dataset: str,
    alias: str,
    *,
    before: str | None,
    after: str | None,
    cause: Cause,
    evaluation: str | None = None,
) -> AliasMove:
    """Write a move under the next number, also while others write.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE if others kept taking the next number.
    """
    number = len(_keys(store, dataset)) + 1
    for _ in range(_ATTEMPTS):
        move = AliasMove(
            number=number,
            at=time.time(),
            alias=alias,
            before=before,
            after=after,
            cause=cause,
            evaluation=evaluation,
        )
        key = f"{_folder(dataset)}{number:06d}.json"
        if store.storage.put_if_absent(key, record_bytes(move)):
            return move
        number += 1
    raise unavailable(f"The aliases of {dataset!r} kept moving.", fix="Try again.")


def moves_of(store: DocumentStore, dataset: str) -> list[AliasMove]:
    """Return all moves of a data set's aliases, the oldest first; damaged records are left out."""
    read = (store.records.read(key, AliasMove) for key in _keys(store, dataset))
    return [move for move in read if move is not None]


def champion_at(moves: Sequence[AliasMove], at: float) -> tuple[str | None, AliasMove | None]:
    """Return the champion at a time, and the move that made it so.

    Before the first recorded move it is the version that this move replaced, without a move.
    """
    own = [move for move in moves if move.alias == "champion"]
    made = [move for move in own if move.at <= at]
    if made:
        return made[-1].after, made[-1]
    return (own[0].before if own else None), None


def rollback_target(moves: Sequence[AliasMove]) -> str | None:
    """Return the champion before the current one; a rolled back version is not returned to.

    A second rollback leads one version further back, not to the version that was left.
    """
    return next(iter(rollback_targets(moves)), None)


def rollback_targets(moves: Sequence[AliasMove]) -> list[str]:
    """Return all champions before the current one, the nearest first; see `rollback_target`."""
    stack: list[str] = []
    for move in moves:
        if move.alias != "champion":
            continue
        if not stack and move.before is not None:
            stack.append(move.before)
        if move.cause.how == "rollback" and move.after in stack:
            del stack[stack.index(move.after) + 1 :]
        elif move.after is not None and stack[-1:] != [move.after]:
            stack.append(move.after)
    earlier = [version for version in stack[::-1] if version != stack[-1]]
    return list(dict.fromkeys(earlier))


def _keys(store: DocumentStore, dataset: str) -> list[str]:
    return sorted(stored.key for stored in store.storage.list(_folder(dataset)))


def _folder(dataset: str) -> str:
    return f"datasets/{dataset}/alias_moves/"
