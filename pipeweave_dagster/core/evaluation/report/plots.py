"""Plots of an evaluation: those of the task, importance and partial dependence."""

from pipeweave_dagster.core.charts.axes import Axes, scaled
from pipeweave_dagster.core.charts.bars import bar_chart
from pipeweave_dagster.core.charts.dots import dot_chart
from pipeweave_dagster.core.documents import Dependence, Estimate, Plot, Stability
from pipeweave_dagster.core.evaluation.report.classification_plots import classification_plots
from pipeweave_dagster.core.evaluation.report.regression_plots import regression_plots
from pipeweave_dagster.core.metrics.scored_test import ScoredTest
from pipeweave_dagster.core.model.test_row_columns import PREDICTION
from pipeweave_dagster.core.number_format import ends

_BARS = 12


def plots(
    scored: ScoredTest, importance: dict[str, Estimate], stability: Stability | None = None
) -> list[Plot]:
    """Draw the plots that suit the task, and the importance of the columns."""
    drawn = classification_plots(scored) if scored.classes else regression_plots(scored)
    return [*drawn, _importance(importance, stability)] if importance else drawn


def _importance(importance: dict[str, Estimate], stability: Stability | None) -> Plot:
    """Draw the columns with a significant importance as bars; the others are only counted."""
    unstable = stability is not None and not stability.readable
    significant = {name: e.value or 0.0 for name, e in importance.items() if e.above_zero}
    others = len(importance) - len(significant)
    svg = bar_chart(
        list(significant.items())[:_BARS],
        "Permutation importance",
        full=max(significant.values(), default=None),
        heading="Permutation importance on test rows" + (" (unreliable)" if unstable else ""),
        footnote=f"{others} column{'s' * (others > 1)} without a significant importance"
        if others
        else "",
    )
    return Plot(
        name="importance",
        caption="How much the metric worsens when the values of one column are shuffled. Columns "
        "whose 95 % interval includes 0 are not ranked."
        + (" Unreliable: parts of the model rank the columns differently." if unstable else ""),
        svg=svg,
    )


def dependence_plot(dependence: Dependence) -> Plot:
    """Draw the mean prediction over the values of one column."""
    name, means = dependence.column, dependence.mean
    probability = dependence.of != PREDICTION
    what = f"the predicted probability of {dependence.of}" if probability else "the prediction"
    numbers = [value for value in dependence.at if isinstance(value, float)]
    heading = f"Partial dependence on {name}"
    if numbers:
        svg = _curve(heading, dependence, numbers)
    else:
        labels = [str(value) for value in dependence.at]
        svg = dot_chart([*zip(labels, means, strict=True)], heading)
    return Plot(
        name=f"dependence_{name}"[:80],
        caption=f"Mean of {what} over the test rows if {name} had the value "
        + ("on the axis." if numbers else "on the left."),
        svg=svg,
    )


def _curve(heading: str, dependence: Dependence, numbers: list[float]) -> str:
    means = dependence.mean
    low, high = min(means), max(means)
    chart = Axes(
        heading,
        dependence.column,
        dependence.of,
        x_ends=ends(numbers[0], numbers[-1]),
        y_ends=ends(low, high),
    )
    points = [
        (scaled(x, min(numbers), max(numbers)), scaled(y, low, high))
        for x, y in zip(numbers, means, strict=True)
    ]
    chart.curve(points)
    chart.dots(points, 3)
    return chart.markup()
