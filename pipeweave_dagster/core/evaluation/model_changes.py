"""What a new model predicts and reads otherwise than the champion, and what follows from it."""

from collections.abc import Sequence
from typing import NamedTuple

from pipeweave_dagster.core.counted import quoted_names
from pipeweave_dagster.core.documents import TrainedModel

_VERBS = ("is", "was"), ("are", "were")


class ModelChanges(NamedTuple):
    """Sentences about the differences.

    Attributes:
        sentences: One per difference: target, task, classes, columns.
        obstacle: Why the new model must not replace the champion unasked; empty if it may.
        incomparable: Whether the two predict different things, or from different values.
    """

    sentences: list[str]
    obstacle: str
    incomparable: bool = False


def changes_from(champion: TrainedModel, new: TrainedModel) -> ModelChanges:
    """Return the differences of a new model from the champion.

    A model of another target or task, or one that cannot predict a class of the champion, would
    change the meaning of predictions unnoticed.
    """
    if champion.target != new.target:
        names = f"{_shown([new.target])}, but the champion predicts {_shown([champion.target])}"
        return _other_meaning(f"It predicts {names}")
    if bool(champion.classes) != bool(new.classes):
        kinds = ("classes", "a number") if new.classes else ("a number", "classes")
        return _other_meaning("It predicts {}, but the champion predicts {}".format(*kinds))
    sentences, obstacle, rehashed = [], "", _rehashed(champion, new)
    sentences += rehashed
    lost = [name for name in champion.classes if name not in new.classes]
    if lost:
        obstacle = f"It cannot predict {_shown(lost)}, which the champion can."
        sentences.append(obstacle)
    if added := [name for name in new.classes if name not in champion.classes]:
        sentences.append(
            f"It also predicts {_shown(added)}, which the champion cannot; both were compared on "
            "rows of the classes that they share."
        )
    if gone := sorted({*champion.features} - {*new.features}):
        sentences.append(f"Unlike the champion of that time, it does not use {_shown(gone)}.")
    if extra := sorted({*new.features} - {*champion.features}):
        sentences.append(f"Unlike the champion of that time, it uses {_shown(extra)}.")
    return ModelChanges(sentences, obstacle, incomparable=bool(rehashed))


def _rehashed(champion: TrainedModel, new: TrainedModel) -> list[str]:
    """Return sentences about columns of both with hashes of two keys, or plain values in one."""
    before = {column.name: column.hash_key for column in champion.columns}
    changed: dict[str, list[str]] = {}
    for column in new.columns:
        if column.name in before and before[column.name] != column.hash_key:
            how = _hash_change(before[column.name], column.hash_key)
            changed.setdefault(how, []).append(column.name)
    return [
        f"{_shown(names)} {how.format(*_VERBS[len(names) > 1])} when the champion was trained: "
        "the two were not compared on the same rows."
        for how, names in changed.items()
    ]


def _hash_change(before: str | None, after: str | None) -> str:
    if before and after:
        return "{} hashed with another key than"
    return "{} hashed now, and {} not" if after else "{} not hashed now, and {}"


def _other_meaning(difference: str) -> ModelChanges:
    sentence = f"{difference}: predictions of new files must not change their meaning unnoticed."
    return ModelChanges([sentence], sentence, incomparable=True)


def _shown(names: Sequence[str]) -> str:
    return quoted_names(names, most=5, longest=40)
