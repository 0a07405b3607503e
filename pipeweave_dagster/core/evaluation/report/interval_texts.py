"""The texts on intervals: which rows they are of, and how these were resampled."""

from pipeweave_dagster.core.documents import Estimate, Evaluation, ReadableTwin, TrainedModel
from pipeweave_dagster.core.number_format import number


def on_intervals(evaluation: Evaluation) -> str:
    """Say which rows the intervals of the scores are of; nothing where it was not recorded."""
    score = evaluation.metrics.get(evaluation.metric)
    if evaluation.resampled is None or score is None or score.low is None:
        return ""
    text = f"The 95 % intervals come from resampling the {evaluation.rows:,} test rows"
    text += f"{_units(evaluation)} (bootstrap)."
    alone = evaluation.test_rows_alone
    if alone is None:
        return text
    return (
        f"{text} The interval of {evaluation.metric} is wider, because it is meant to hold for "
        f"later rows, too: the test rows alone give {number(alone.low)} to {number(alone.high)}."
    )


def on_twin(evaluation: Evaluation) -> str:
    """Say which rows the readable twin was measured on, and how; nothing where there is none."""
    twin = evaluation.readable
    if twin is None or evaluation.resampled is None or twin.low is None:
        return ""
    text = "The intervals of the scores come from resampling these "
    text += f"{twin.comparison.rows:,} test rows{_units(evaluation)}"
    if twin.comparison.difference is None:
        return f"{text}."
    return f"{text}; that of the difference from scoring both models on the same resampled rows."


def model_beside(trained: TrainedModel, evaluation: Evaluation, twin: ReadableTwin) -> Estimate:
    """Return the score of the model beside that of its twin, with the interval of the same kind.

    Without an interval where it was not recorded, and where `trained` is the twin itself.
    """
    score = evaluation.test_rows_alone or evaluation.metrics.get(evaluation.metric)
    if score is None or evaluation.resampled is None or trained.readable_of is not None:
        return Estimate(value=twin.model_score)
    return score


def _units(evaluation: Evaluation) -> str:
    if evaluation.resampled in (None, "rows"):
        return ""
    return f", in whole {evaluation.resampled}"
