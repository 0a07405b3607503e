"""The model card: what the model is, what it was trained on, how good it is and its limits."""

from functools import cache
from typing import Any

from pipeweave_dagster.core.documents import (
    CurvePoint,
    Estimate,
    Evaluation,
    Period,
    PipelineSpec,
    Rate,
    Segment,
    TrainedModel,
    Trial,
)
from pipeweave_dagster.core.evaluation.report.interval_texts import (
    model_beside,
    on_intervals,
    on_twin,
)
from pipeweave_dagster.core.evaluation.report.twin_texts import difference, effects, sentence
from pipeweave_dagster.core.number_format import estimated, number
from pipeweave_dagster.core.templating import markdown_environment
from pipeweave_dagster.core.trial_states import explained

_MOST_CLASSES = 50
_MOST_COLUMNS = 200


def model_card(trained: TrainedModel, spec: PipelineSpec, evaluation: Evaluation) -> str:
    """Render the card as Markdown, from the documents alone.

    Names, values and messages are escaped, whatever they contain.
    """
    ranked = [name for name, e in evaluation.importance.items() if e.above_zero]
    checks = [check for check in evaluation.checks if check.state != "not applicable"]
    card = (
        _environment()
        .get_template("model_card.md.j2")
        .render(
            trained=trained,
            spec=spec,
            evaluation=evaluation,
            most_classes=_MOST_CLASSES,
            most_columns=_MOST_COLUMNS,
            ranked=ranked,
            unranked=[name for name in spec.features if name not in ranked],
            checks=checks,
            failed_checks=[check for check in checks if check.state == "failed"],
            notes=[*trained.notes, *evaluation.notes],
            on_intervals=on_intervals,
            on_twin=on_twin,
            model_beside=model_beside,
            versions=", ".join(f"{name} {v}" for name, v in trained.package_versions.items()),
        )
    )
    return f"{card}\n"


@cache
def _environment() -> Any:
    environment = markdown_environment("pipeweave_dagster.core.evaluation.report")
    environment.filters |= {
        "figure": _figure,
        "plain_figure": lambda value: _figure(Estimate(value=value)),
        "scored": _scored,
        "excess": _excess,
        "gap": lambda gap: _figure(Estimate(value=gap.gap, low=gap.low, high=gap.high)),
        "cv_score": _cv_score,
        "states_explained": explained,
        "sig": number,
        "twin_score": lambda twin: _figure(
            Estimate(value=twin.score, low=twin.low, high=twin.high)
        ),
        "twin_sentence": sentence,
        "difference": difference,
        "effects": effects,
    }
    return environment


def _figure(estimate: Estimate | Rate | None) -> str:
    """Return a figure with its interval, where it has one."""
    if estimate is None or estimate.value is None:
        return "-"
    shown, *limits = estimated(estimate.value, estimate.low, estimate.high)
    return f"{shown} ({' to '.join(limits)})" if limits else shown


def _scored(part: CurvePoint | Period) -> str:
    return _figure(Estimate(value=part.score, low=part.low, high=part.high))


def _excess(segment: Segment) -> str:
    return _figure(Estimate(value=segment.excess, low=segment.low, high=segment.high))


def _cv_score(trial: Trial) -> str:
    score = "-" if trial.score is None else f"{trial.score:.4g}"
    return score if trial.score_std is None else f"{score} ± {trial.score_std:.2g}"
