"""Parts of an evaluation beyond its scores: segments, groups, comparison, dependence."""

from typing import Literal

from pipeweave_dagster.core.documents.base import Part


class Segment(Part):
    """Rows on which the model errs more: which, how many, and how much more (with interval).

    `excess` is the mean loss of the rows minus that of all others, in the loss that goes with the
    metric.
    """

    column: str
    values: str
    rows: int
    excess: float
    low: float
    high: float


class Rate(Part):
    """A share of rows with its 95 % interval (Wilson 1927); None where there are no such rows."""

    value: float | None
    low: float | None = None
    high: float | None = None
    rows: int = 0


class GroupRates(Part):
    """How the model treats one group of a sensitive column.

    For classes: share told the positive class, and true and false positive rates. For values:
    the mean of predicted minus true. `small` groups are shown and not compared.
    """

    group: str
    rows: int
    small: bool
    selection: Rate | None = None
    true_positive: Rate | None = None
    false_positive: Rate | None = None
    bias: Rate | None = None


class Fairness(Part):
    """A sensitive column: its groups, and the largest gaps between those large enough.

    `parity_gap` is the largest difference of selection rates (demographic parity), `odds_gap` the
    largest difference of true or of false positive rates (equalised odds).
    """

    column: str
    groups: list[GroupRates]
    parity_gap: float | None = None
    odds_gap: float | None = None
    notes: list[str] = []


class Comparison(Part):
    """Two models on the same rows: the difference of their scores (positive: the first is better).

    `low` and `high` are its 95 % interval by resampling rows in pairs.
    """

    other: str
    rows: int
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    verdict: Literal["better", "worse", "not distinguishable", "not compared"]


class Dependence(Part):
    """Mean prediction where one column takes each of some values (partial dependence)."""

    column: str
    of: str
    at: list[float | str]
    mean: list[float]


class Canary(Part):
    """Whether fitting happened inside the folds: a target without meaning must not be learned.

    The target is shuffled and columns of noise are added before the pipeline's own steps are
    fitted fold by fold; `z` is how far the held-out rows' scores lie above chance at most, in
    standard errors, and `critical` the bound. `control` is the same with a column that was
    averaged over all rows on purpose: unless it is found, the test could not have told.
    """

    state: Literal["passed", "tripped", "cannot tell"]
    z: float | None = None
    critical: float
    control: float | None = None
    rows: int
    message: str


class CurvePoint(Part):
    """Score of a quick learner that saw so many rows: on held-out rows (95 %), and on its own."""

    rows: int
    score: float | None
    low: float | None = None
    high: float | None = None
    learned: float | None = None


class Curve(Part):
    """A learning curve: would more rows help?

    `learner` is a quick relative of the winner, so its scores are below the winner's; what counts
    is whether they still rise.
    """

    learner: str
    points: list[CurvePoint]


class Period(Part):
    """Score in one stretch of time, by a model that saw earlier rows only.

    `by` is `backtest` for a quick learner fitted on all earlier rows, and `model` where these are
    test rows and the outputs are the model's own; before the first period there are none, so that
    one half of it is foretold from the other (`within`).
    """

    period: str
    rows: int
    by: Literal["backtest", "model", "within"]
    score: float | None
    low: float | None = None
    high: float | None = None


class Stability(Part):
    """Whether parts of the model that learned from other rows rank the columns alike.

    `correlation` is Spearman's of their mean absolute contributions, mean over pairs of `models`;
    below 0.7 the importances are not to be read. `by` says who was asked: quick relatives of the
    model, where it has no two parts of one kind.
    """

    correlation: float
    models: int
    readable: bool
    by: str = "parts of the model"


class MethodCheck(Part):
    """One question to how a score came about, with its answer."""

    code: str
    title: str
    state: Literal["passed", "failed", "not applicable"]
    message: str = ""
