"""Say which classes have few test rows, and which a model predicts for none of them."""

from collections.abc import Sequence

from pipeweave_dagster.core.counted import counted, quoted_names
from pipeweave_dagster.core.documents import ClassScores, TrainedModel

_TWO = 2
_MOST_NAMED = 5
_LEAST_TIMES = 2
FEWEST_ROWS = 5
"""Test rows of a class from which on its scores are worth reading."""


def few_rows_note(by_class: Sequence[ClassScores]) -> str:
    """Return a note on classes with fewer than five test rows; empty without any.

    Args:
        by_class: Scores of each class.
    """
    few = [scores for scores in by_class if scores.rows < FEWEST_ROWS]
    if not few:
        return ""
    total = sum(scores.rows for scores in by_class)
    shown = ", ".join(f"{quoted_names([s.label])} ({s.rows})" for s in few[:_MOST_NAMED])
    more = f" and {len(few) - _MOST_NAMED:,} more" if len(few) > _MOST_NAMED else ""
    whose = "its scores say" if len(few) == 1 else "their scores say"
    return (
        f"Few of the {counted(total, 'test row')} are of {shown}{more}: {whose} little, and "
        "averages over classes (macro, balanced_accuracy) depend on single rows. More rows of "
        f"{'that class' if len(few) == 1 else 'these classes'} would help."
    )


def unpredicted_note(trained: TrainedModel, by_class: Sequence[ClassScores]) -> str:
    """Return a note on classes of test rows that no prediction names; empty without any.

    A rare class is seldom the most probable one, so even a useful model may never predict it. For a
    model that is no better than the constant there is no note: its verdict says so.

    Args:
        trained: The model.
        by_class: Scores of each class, at the model's threshold.
    """
    if trained.verdict == "no signal":
        return ""
    absent = [scores for scores in by_class if scores.rows > 0 and scores.precision.value is None]
    if not absent:
        return ""
    labels = quoted_names([scores.label for scores in absent], most=_MOST_NAMED)
    rows = counted(sum(scores.rows for scores in absent), "row", "are")
    their = "that class" if len(absent) == 1 else "these classes"
    text = f"No test row is predicted as {labels}, although {rows} of {their}"
    if len(by_class) > _TWO:
        return (
            f"{text}: others are always more probable. The probabilities of each class are among "
            "the predictions, and rank rows all the same."
        )
    if trained.threshold is not None:
        return f"{text}: with the `costs` in the settings, that costs least."
    return f"{text}: its probability is below one half in all of them. {_remedy(trained, by_class)}"


def _remedy(trained: TrainedModel, by_class: Sequence[ClassScores]) -> str:
    """Say what to do about the one of two classes that is never predicted.

    The example weighs a missed row by how many rows of the other class there are for each of this
    one: with calibrated probabilities, the threshold is then the share of the class.
    """
    negative, positive = by_class
    missed, rare, other = "--false-negative", positive, negative
    if negative.precision.value is None:
        missed, rare, other = "--false-positive", negative, positive
    times = max(_LEAST_TIMES, round(other.rows / rare.rows))
    return (
        "If missing one costs more than a false alarm, set `costs` in the settings; `pipeweave "
        f"models threshold {trained.dataset} {missed} {times}` shows the threshold and the errors "
        f"where it costs {times:,} times as much."
    )
