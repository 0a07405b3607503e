"""The document of an evaluation: scores of a model on rows that no fitting saw."""

from typing import ClassVar, Literal

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
from pipeweave_dagster.core.documents.settings import MetricName


class Estimate(Part):
    """A score with its interval; `low` and `high` are None where none can be given."""

    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def above_zero(self) -> bool:
        """Whether it can be told from nothing: the whole interval lies above 0."""
        return self.low is not None and self.low > 0


class Plot(Part):
    """A picture with a name and a sentence that says what is seen."""

    name: str
    caption: str
    svg: str


class ClassScores(Part):
    """How well one class is told from all others: precision, recall and F1 with intervals."""

    label: str
    rows: int
    precision: Rate
    recall: Rate
    f1: Estimate


class Evaluation(Document):
    """Scores on rows that no fitting ever saw, with intervals, and the plots.

    `contributions` are mean absolute SHAP values of the members that are trees, in their margin;
    `comparison` is with the champion of the time; `holdout_use` counts how often a model was
    evaluated on this very set of test rows: scores chosen among many uses flatter. `canary`,
    `curve`, `periods` (where rows are divided by time), `stability` and `checks` ask whether the
    scores and importances can be believed. Of `importance` those columns come first whose interval
    lies above 0, the largest first; the others cannot be told from nothing, and are not ranked.
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
    holdout_use: int = 1
    canary: Canary | None = None
    curve: Curve | None = None
    periods: list[Period] = []
    stability: Stability | None = None
    checks: list[MethodCheck] = []
    card: Payload | None = None
    notes: list[str] = []
