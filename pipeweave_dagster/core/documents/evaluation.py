"""The document of an evaluation: scores of a model on its test rows."""

import operator
from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from pipeweave_dagster.core.documents.assessment import (
    Canary,
    Comparison,
    Curve,
    Dependence,
    Fairness,
    MethodCheck,
    Period,
    Rate,
    Segment,
    Stability,
)
from pipeweave_dagster.core.documents.base import Document, Part, Payload
from pipeweave_dagster.core.documents.readable import ReadableTwin
from pipeweave_dagster.core.documents.settings import MetricName
from pipeweave_dagster.core.documents.split_gap import SplitGap


class Estimate(Part):
    """A score with its 95 % interval; `low` and `high` are None if there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def above_zero(self) -> bool:
        """Whether it is significantly above zero: the whole interval is."""
        return self.low is not None and self.low > 0


class Plot(Part):
    """A chart with a name and a caption that explains it."""

    name: str
    caption: str
    svg: str


class ClassScores(Part):
    """Precision, recall and F1 of one class against all others, with intervals."""

    label: str
    rows: int
    precision: Rate
    recall: Rate
    f1: Estimate


EvaluationStep = Literal[
    "leak canary",
    "importances",
    "contributions",
    "weak segments",
    "learning curve",
    "stability of importances",
    "scores over time",
    "partial dependence",
    "readable twin",
    "plots",
]
"""A part of an evaluation that follows the scores, and that is left out if time is short."""


Resampled = Literal["rows", "groups", "stretches of time"]
"""What of the test rows is drawn as a whole for an interval."""


_OF_FEWER_FORMS = "readable twin (chosen of fewer forms, so another may be chosen)"


def lack_of_time(dropped: Sequence[str], cut: Sequence[str]) -> str:
    """Return which parts of an evaluation are missing, and which are there but not complete.

    Args:
        dropped: Parts that there was no time for, or not enough.
        cut: Those of them that have a result all the same.

    Example:
        >>> lack_of_time(["plots", "learning curve"], ["learning curve"])
        'Missing for lack of time: plots. Incomplete for lack of time: learning curve.'
    """
    missing = [step for step in dropped if step not in cut]
    there = [_OF_FEWER_FORMS if s == "readable twin" else s for s in dropped if s in cut]
    pairs = (("Missing", missing), ("Incomplete", there))
    return " ".join(f"{what} for lack of time: {', '.join(p)}." for what, p in pairs if p)


class Evaluation(Document):
    """Scores on rows that were not used in training, with intervals, plots and an audit.

    `contributions` are mean absolute SHAP values of boosted trees and linear models, in their
    margin; `comparison` is with the champion at that time; `holdout_use` counts the evaluations on
    this set of test rows: scores selected among many uses are optimistic. `structure` says what
    splits by time and by groups give. `canary`, `curve`,
    `periods` (if rows are split by time), `stability` and `checks` audit whether scores and
    importances are valid. `readable` is the best model that a person can read, beside this one; its
    plots are those whose names begin with `readable_`. `importance` lists significant columns
    (interval above 0) first, the largest first; the others are not ranked. `dropped` names the
    parts that there was no time for, or not enough: `pipeweave evaluate NAME --full` computes them;
    `cut` are those of them that have a result all the same.
    `resampled` says what of the test rows the intervals of `metrics` are resamples of (None: an
    evaluation of an earlier version), and `clusters` how many groups or stretches these are;
    `test_rows_alone` is the metric with the interval that these give, where that in `metrics` comes
    from the scores of the folds, since it is meant for later rows or the groups are few.
    """

    kind: ClassVar[str] = "model_evaluation"
    rows: int
    metric: MetricName
    metrics: dict[str, Estimate]
    baseline: dict[str, Estimate]
    by_class: list[ClassScores] = []
    verdict: str
    promoted: Literal["champion", "challenger", "none"] = "none"
    promotion_reason: str = ""
    plots: list[Plot] = []
    importance: dict[str, Estimate] = {}
    contributions: dict[str, float] = {}
    dependence: list[Dependence] = []
    segments: list[Segment] = []
    fairness: list[Fairness] = []
    comparison: Comparison | None = None
    structure: list[SplitGap] = Field(default=[], exclude_if=operator.not_)
    holdout_use: int = 1
    canary: Canary | None = None
    curve: Curve | None = None
    periods: list[Period] = []
    stability: Stability | None = None
    checks: list[MethodCheck] = []
    readable: ReadableTwin | None = Field(default=None, exclude_if=operator.not_)
    card: Payload | None = None
    resampled: Resampled | None = Field(default=None, exclude_if=operator.not_)
    clusters: int | None = Field(default=None, exclude_if=operator.not_)
    test_rows_alone: Estimate | None = Field(default=None, exclude_if=operator.not_)
    dropped: list[EvaluationStep] = Field(default=[], exclude_if=operator.not_)
    cut: list[EvaluationStep] = Field(default=[], exclude_if=operator.not_)
    notes: list[str] = []

    @property
    def lack_of_time(self) -> str:
        """Which parts are missing or not complete, in sentences; empty if all are there."""
        return lack_of_time(self.dropped, self.cut)
