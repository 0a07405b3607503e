"""The readable twin of a model: the best model that a person can read, beside the model itself."""

from typing import Literal

from pydantic import Field

from pipeweave_dagster.core.documents.assessment import Comparison
from pipeweave_dagster.core.documents.base import Part, Payload
from pipeweave_dagster.core.documents.model import Member, Trial

TwinForm = Literal["linear model", "splines", "additive trees", "additive trees with pairs"]


class TwinTerm(Part):
    """The effect of one column on the margin, or of two columns beyond their effects alone.

    Attributes:
        columns: The column, or the two.
        size: Mean absolute effect over the test rows, mean over the outputs.
        at: Values of the column, of a pair those of the first; None is a missing value.
        beside: Values of the second column of a pair.
        effect: Shape (outputs, values), of a pair (outputs, values of the first times those of the
            second), in this order; the mean over the test rows is 0.
        slope: Effect of one unit more of each output, where the effect is a straight line.
    """

    columns: list[str] = Field(min_length=1, max_length=2)
    size: float
    at: list[float | str | None]
    beside: list[float | str | None] = []
    effect: list[list[float]]
    slope: list[float] = []


class ReadableTwin(Part):
    """A model whose margin is a sum of one curve per column, and of few tables of two columns.

    Attributes:
        form: How its curves are made.
        member: The recipe of its only member.
        trials: What was tried, best first on the folds.
        score: Of the test rows, with its 95 % interval from `low` to `high`.
        model_score: That of the model on the same rows.
        comparison: The paired difference to the model on the same test rows.
        verdict: Whether it beats the baseline (constant).
        unit: Unit of the margin.
        outputs: What each output of the effects is about: classes, or the target.
        base: Margin of each output where all effects are 0.
        terms: Largest first.
        further: Number of terms with smaller effects that are not listed.
        left_out: Columns that it does not use, since nobody could read what it does with them.
        threshold: Probability from which a row is predicted positive; None for one half.
        model: The model file, fitted on the training rows of the model.
    """

    form: TwinForm
    member: Member
    trials: list[Trial]
    score: float | None
    low: float | None = None
    high: float | None = None
    model_score: float | None = None
    comparison: Comparison
    verdict: Literal["model", "no signal"]
    unit: str
    outputs: list[str]
    base: list[float]
    terms: list[TwinTerm]
    further: int = 0
    left_out: list[str] = []
    threshold: float | None = None
    model: Payload

    @property
    def costs_nothing(self) -> bool:
        """Whether the paired test finds it no worse than the model."""
        return self.comparison.verdict in ("better", "not distinguishable")
