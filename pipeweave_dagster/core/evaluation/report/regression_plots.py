"""Plots of a regression model on its test rows."""

import numpy as np

from pipeweave_dagster.core.charts.axes import Axes, scaled
from pipeweave_dagster.core.charts.bars import histogram_chart
from pipeweave_dagster.core.documents import Plot
from pipeweave_dagster.core.metrics.scored_test import ScoredTest
from pipeweave_dagster.core.number_format import ends

_MOST_DOTS = 200
_BINS = 30


def regression_plots(scored: ScoredTest) -> list[Plot]:
    """Draw true against predicted values, and the distribution of the residuals."""
    return [_predicted(scored), _residuals(scored)]


def _predicted(scored: ScoredTest) -> Plot:
    both = np.r_[scored.y, scored.output]
    low, high = (float(v) for v in np.quantile(both, [0.005, 0.995]))
    both_ends = ends(low, high)
    chart = Axes(
        "True against predicted values", "predicted", "true", x_ends=both_ends, y_ends=both_ends
    )
    chart.diagonal()
    chart.dots(
        [
            (scaled(scored.output[row], low, high), scaled(scored.y[row], low, high))
            for row in _sample(len(scored.y))
        ],
        2.5,
    )
    return Plot(
        name="predicted",
        caption="Each point is a test row (at most 200 are shown); correct predictions lie on the "
        "grey diagonal.",
        svg=chart.markup(),
    )


def _sample(rows: int) -> list[int]:
    if rows <= _MOST_DOTS:
        return list(range(rows))
    return sorted(np.random.default_rng(0).permutation(rows)[:_MOST_DOTS].tolist())


def _residuals(scored: ScoredTest) -> Plot:
    residuals = np.asarray(scored.y, float) - scored.output
    edge = float(np.quantile(np.abs(residuals), 0.99)) or 1.0
    counts, edges = np.histogram(np.clip(residuals, -edge, edge), bins=_BINS, range=(-edge, edge))
    svg = histogram_chart(
        edges.tolist(),
        counts.tolist(),
        "Residuals",
        labels=(f"{-edge:.4g}", "0", f"{edge:.4g}"),
        heading="Residuals: true minus predicted",
        size=(380, 300),
    )
    return Plot(
        name="residuals",
        caption="The largest 1 % of the errors are counted in the outermost bars.",
        svg=svg,
    )
