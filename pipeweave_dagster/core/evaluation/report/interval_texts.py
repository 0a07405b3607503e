"""The texts on intervals: which rows they are of, and how these were resampled."""

from pipeweave_dagster.core.documents import Estimate, Evaluation, ReadableTwin, TrainedModel
from pipeweave_dagster.core.metrics.score_range import ENOUGH_GROUPS
from pipeweave_dagster.core.number_format import number

_ONE = {"rows": "row", "groups": "group", "stretches of time": "stretch of time"}


def on_intervals(evaluation: Evaluation) -> str:
    """Say which rows the intervals are of, if that was recorded, and what an error of 0 means."""
    return " ".join(filter(None, [_of_rows(evaluation), _on_calibration(evaluation)]))


def _on_calibration(evaluation: Evaluation) -> str:
    """Say that a calibration error of 0 is an estimate: chance was subtracted from it."""
    error = evaluation.metrics.get("calibration_error")
    if error is None or error.value != 0 or not error.high:
        return ""
    return (
        "A calibration error of 0 does not mean that the probabilities are perfect: what these "
        f"rows show is not distinguishable from chance, and the error may be up to "
        f"{number(error.high)}."
    )


def _of_rows(evaluation: Evaluation) -> str:
    score = evaluation.metrics.get(evaluation.metric)
    if evaluation.resampled is None or score is None:
        return ""
    alone = evaluation.test_rows_alone
    if (alone or score).low is None:
        return _without_interval(evaluation, score)
    text = f"The 95 % intervals come from resampling the {evaluation.rows:,} test rows"
    text += f"{_units(evaluation)} (bootstrap{_widened(evaluation)})."
    if alone is None:
        return text
    return (
        f"{text} {_from_folds(evaluation)}; the test rows alone give {number(alone.low)} to "
        f"{number(alone.high)}."
    )


def _from_folds(evaluation: Evaluation) -> str:
    if evaluation.resampled == "groups":
        return f"That of {evaluation.metric} comes from the folds, which are of more groups"
    why = "because it is meant to hold for later rows, too"
    return f"The interval of {evaluation.metric} is wider, {why}"


def _without_interval(evaluation: Evaluation, score: Estimate) -> str:
    """Say why the test rows alone give no interval; nothing if they are too few for one."""
    if not evaluation.clusters or evaluation.clusters >= ENOUGH_GROUPS:
        return ""
    units = f"only {_counted(evaluation)}"
    text = f"The {evaluation.rows:,} test rows are of {units}, too few for an interval."
    return text if score.low is None else f"{text} {_from_folds(evaluation)}."


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
    if evaluation.clusters is None:
        return f", in whole {evaluation.resampled}"
    return f" as {_counted(evaluation, 'whole ')}"


def _counted(evaluation: Evaluation, kind: str = "") -> str:
    noun = evaluation.resampled or "rows"
    return f"{evaluation.clusters:,} {kind}{_ONE[noun] if evaluation.clusters == 1 else noun}"


def _widened(evaluation: Evaluation) -> str:
    few = evaluation.clusters is not None and evaluation.clusters < ENOUGH_GROUPS
    return ", widened by the jackknife, because these are few" if few else ""
