"""Plots of the audit: the learning curve, and scores over time."""

from pipeweave_dagster.core.charts.axes import Axes, scaled
from pipeweave_dagster.core.documents import Curve, CurvePoint, MetricName, Period, Plot
from pipeweave_dagster.core.number_format import ends

_Bounds = tuple[float, float]


def audit_plots(curve: Curve | None, periods: list[Period], metric: MetricName) -> list[Plot]:
    """Draw the learning curve and the scores over time, where there are any."""
    drawn = [] if curve is None else [_learning_curve(curve, metric)]
    if sum(p.score is not None for p in periods) > 1:
        drawn.append(_scores_over_time(periods, metric))
    return drawn


def _learning_curve(curve: Curve, metric: MetricName) -> Plot:
    points = [p for p in curve.points if p.score is not None]
    known = [v for p in points for v in (p.score, p.low, p.high, p.learned) if v is not None]
    bounds = (min(known), max(known)) if known else (0.0, 1.0)
    chart = Axes(
        f"Learning curve, {curve.learner}",
        "training rows",
        metric,
        x_ends=("0", "all"),
        y_ends=_ends(bounds),
    )
    most = max((p.rows for p in points), default=1)
    chart.reference(
        [(p.rows / most, scaled(p.learned, *bounds)) for p in points if p.learned is not None]
    )
    chart.curve([(p.rows / most, scaled(p.score, *bounds)) for p in points if p.score is not None])
    for p in points:
        _interval(chart, p.rows / most, p, bounds)
    return Plot(
        name="learning_curve",
        caption="Scores of a quick learner on held-out rows (with 95 % intervals) and on its own "
        "training rows (grey). If the scores still get better at its end, more rows would help.",
        svg=chart.markup(),
    )


def _scores_over_time(periods: list[Period], metric: MetricName) -> Plot:
    points = [p for p in periods if p.score is not None]
    known = [v for p in points for v in (p.score, p.low, p.high) if v is not None]
    bounds = (min(known), max(known))
    chart = Axes(
        "Scores over time",
        "period",
        metric,
        x_ends=(points[0].period[:16], points[-1].period[:16]),
        y_ends=_ends(bounds),
    )
    for i, p in enumerate(points):
        x = (i + 0.5) / len(points)
        _interval(chart, x, p, bounds)
        if p.score is not None:
            chart.dots([(x, scaled(p.score, *bounds))], 4 if p.by == "model" else 3)
    return Plot(
        name="periods",
        caption="Each period is predicted from earlier rows only, with 95 % intervals: by a quick "
        "learner, or, on test rows, by the model itself (larger points). The second half of the "
        "first period is predicted from its first half.",
        svg=chart.markup(),
    )


def _interval(chart: Axes, x: float, scored: CurvePoint | Period, bounds: _Bounds) -> None:
    if scored.low is not None and scored.high is not None:
        chart.interval(x, scaled(scored.low, *bounds), scaled(scored.high, *bounds))


def _ends(bounds: _Bounds) -> tuple[str, str]:
    return ends(*bounds)
