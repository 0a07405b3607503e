"""Pictures of what the audit found: the learning curve, and scores along time."""

import numpy as np

from pipeweave_dagster.core.charts.svg import Svg
from pipeweave_dagster.core.documents import Curve, CurvePoint, MetricName, Period, Plot
from pipeweave_dagster.core.evaluation.report.plots import axes, place, scaled


def pictures(curve: Curve | None, periods: list[Period], metric: MetricName) -> list[Plot]:
    """What there is to be drawn."""
    drawn = [] if curve is None else [_curve(curve, metric)]
    if sum(p.score is not None for p in periods) > 1:
        drawn.append(_periods(periods, metric))
    return drawn


def _curve(curve: Curve, metric: MetricName) -> Plot:
    points = [p for p in curve.points if p.score is not None]
    told = [v for p in points for v in (p.score, p.low, p.high, p.learned) if v is not None]
    low, high = (min(told), max(told)) if told else (0.0, 1.0)
    svg = axes(
        f"Learning curve, {curve.learner}", "training rows", metric, ("0", "all"), _ends(low, high)
    )
    most = max((p.rows for p in points), default=1)
    for of in ("learned", "score"):
        known = [(p.rows / most, getattr(p, of)) for p in points if getattr(p, of) is not None]
        y = scaled(np.array([value for _, value in known]), low, high)
        line = [place(x, float(v)) for (x, _), v in zip(known, y, strict=True)]
        svg.line(line, "s" if of == "score" else "g")
    for p in points:
        _interval(svg, p.rows / most, p, (low, high))
    return Plot(
        name="learning_curve",
        caption="Scores of a quick learner on rows held out (with 95 % intervals), and (grey) on "
        "those it learned from. Where the line still rises, more rows would help.",
        svg=svg.markup(),
    )


def _periods(periods: list[Period], metric: MetricName) -> Plot:
    points = [p for p in periods if p.score is not None]
    told = [v for p in points for v in (p.score, p.low, p.high) if v is not None]
    low, high = min(told), max(told)
    names = (points[0].period[:16], points[-1].period[:16])
    svg = axes("Scores along time", "period", metric, names, _ends(low, high))
    for i, p in enumerate(points):
        x = (i + 0.5) / len(points)
        _interval(svg, x, p, (low, high))
        value = float(scaled(np.array([p.score]), low, high)[0])
        svg.dot(*place(x, value), 4 if p.by == "model" else 3)
    return Plot(
        name="periods",
        caption="Each period foretold from earlier rows only, with 95 % intervals: by a quick "
        "learner, and by the model itself (larger points) where these are test rows. Of the first "
        "period one half is foretold from the other.",
        svg=svg.markup(),
    )


def _interval(svg: Svg, x: float, found: CurvePoint | Period, bounds: tuple[float, float]) -> None:
    """The interval of a score as an upright line, where it has one."""
    if found.low is not None and found.high is not None:
        ends = scaled(np.array([found.low, found.high]), *bounds)
        svg.line([place(x, float(end)) for end in ends], "s")


def _ends(low: float, high: float) -> tuple[str, str]:
    return f"{low:.4g}", f"{high:.4g}"
