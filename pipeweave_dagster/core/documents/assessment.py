"""Parts of an evaluation beyond its scores: segments, fairness, comparison, audit."""

import operator
from typing import Literal

from pydantic import Field

from pipeweave_dagster.core.documents.base import Part


class Segment(Part):
    """A weak segment: rows of one category or range in which the model has a higher loss.

    `excess` is the mean loss of these rows minus that of all others, with its 95 % interval, in
    the loss that matches the metric.
    """

    column: str
    values: str
    rows: int
    excess: float
    low: float
    high: float


class Rate(Part):
    """A share of rows with its 95 % interval (Wilson 1927); None if there are no rows."""

    value: float | None
    low: float | None = None
    high: float | None = None
    rows: int = 0


class GroupRates(Part):
    """Rates of one group of a sensitive column.

    For classes: selection rate (share predicted positive), true and false positive rate. For
    regression: mean of predicted minus true. `small` groups are shown but not compared.
    """

    group: str
    rows: int
    small: bool
    selection: Rate | None = None
    true_positive: Rate | None = None
    false_positive: Rate | None = None
    bias: Rate | None = None


class Fairness(Part):
    """Fairness over a sensitive column: its groups, and the largest gaps between large ones.

    `parity_gap` is the largest difference of selection rates (demographic parity), `odds_gap` the
    largest difference of true or of false positive rates (equalised odds).
    """

    column: str
    groups: list[GroupRates]
    parity_gap: float | None = None
    odds_gap: float | None = None
    notes: list[str] = []


class Comparison(Part):
    """Two models on the same rows: the difference of their scores, above 0 if the first is better.

    `low` and `high` are its 95 % interval from a paired bootstrap of the rows. `of` counts the test
    rows of the first model, of which `rows` were compared. `changes` names what it predicts or
    reads otherwise; `obstacle` is why it must not replace the other unasked.
    """

    other: str
    rows: int
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    verdict: Literal["better", "worse", "not distinguishable", "not compared"]
    of: int | None = Field(default=None, exclude_if=operator.not_)
    changes: list[str] = Field(default=[], exclude_if=operator.not_)
    obstacle: str = Field(default="", exclude_if=operator.not_)


class Dependence(Part):
    """Partial dependence: the mean prediction for some values of one column."""

    column: str
    of: str
    at: list[float | str]
    mean: list[float]


class Canary(Part):
    """The leak canary: whether the pipeline is fitted inside the folds.

    The target is shuffled and noise columns are added before the pipeline's own steps are fitted
    fold by fold; `z` is the largest distance of a held-out score above chance, in standard errors,
    and `critical` its bound. `control` is the distance with a planted leak (target means over all
    rows): unless it is detected, the test has no power.
    """

    state: Literal["passed", "tripped", "cannot tell"]
    z: float | None = None
    critical: float
    control: float | None = None
    rows: int
    message: str


class CurvePoint(Part):
    """Score of a quick learner with so many training rows: held out (95 %), and on its own."""

    rows: int
    score: float | None
    low: float | None = None
    high: float | None = None
    learned: float | None = None


class Curve(Part):
    """The learning curve: would more rows help?

    `learner` is a quick model of a kind similar to the winner, so its scores are below the
    winner's; what matters is whether they still improve.
    """

    learner: str
    points: list[CurvePoint]


class Period(Part):
    """Score in one period of time, by a model that was trained on earlier rows.

    `by` is `backtest` for a quick learner fitted on all earlier rows, `model` for test rows with
    the model's own outputs, and `within` for the first period, whose second half is predicted from
    its first half.
    """

    period: str
    rows: int
    by: Literal["backtest", "model", "within"]
    score: float | None
    low: float | None = None
    high: float | None = None


class Stability(Part):
    """Whether models that were trained on different rows rank the columns alike.

    `correlation` is Spearman's of their mean absolute contributions, mean over pairs of `models`;
    below 0.7 importances are unreliable. `by` names the models that were compared: parts of the
    model, or quick models of a similar kind if it has no two parts of one kind.
    """

    correlation: float
    models: int
    readable: bool
    by: str = "parts of the model"


class MethodCheck(Part):
    """A check of how a score was obtained, with its result."""

    code: str
    title: str
    state: Literal["passed", "failed", "not applicable"]
    message: str = ""
