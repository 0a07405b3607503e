"""What a new model predicts and reads otherwise than the champion, and what follows from it."""

from collections.abc import Sequence
from typing import NamedTuple

from pipeweave_dagster.core.documents import TrainedModel

_MOST, _MAX_NAME = 5, 40


class ModelChanges(NamedTuple):
    """Sentences about the differences.

    Attributes:
        sentences: One per difference: target, task, classes, columns.
        obstacle: Why the new model must not replace the champion unasked; empty if it may.
        incomparable: Whether the two predict different things.
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
    sentences, obstacle = [], ""
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
        sentences.append(f"It does not use {_shown(gone)}, which the champion uses.")
    if extra := sorted({*new.features} - {*champion.features}):
        sentences.append(f"It uses {_shown(extra)}, which the champion does not.")
    return ModelChanges(sentences, obstacle)


def _other_meaning(difference: str) -> ModelChanges:
    sentence = f"{difference}: predictions of new files must not change their meaning unnoticed."
    return ModelChanges([sentence], sentence, incomparable=True)


def _shown(names: Sequence[str]) -> str:
    cut = [n if len(n) <= _MAX_NAME else f"{n[:_MAX_NAME]}…" for n in names[:_MOST]]
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(map(repr, cut)) + more
