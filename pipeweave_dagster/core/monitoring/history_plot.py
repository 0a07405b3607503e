"""Plot the performance of batches over time: measured, expected, and on the test rows."""

import datetime as dt
from collections.abc import Sequence

from pipeweave_dagster.core.charts.axes import Axes, scaled
from pipeweave_dagster.core.documents import BatchRecord, Estimate
from pipeweave_dagster.core.number_format import number
from pipeweave_dagster.core.safe_text import plain

_LEAST_BATCHES = 2
_MARGIN = 0.05
_LONGEST_NAME = 16


def history_plot(batches: Sequence[BatchRecord], test: Estimate | None = None) -> str:
    """Return an SVG of the champion's main metric per batch; empty with fewer than two batches.

    Dots with intervals are measured on labels, the line with small dots is the expectation without
    labels, and the grey line the score on the test rows of the current champion.

    Args:
        batches: The batches, the oldest first.
        test: The score of the champion on its test rows.
    """
    shown = [b for b in batches if b.role == "champion" and b.metric is not None]
    metric = shown[-1].metric if shown else None
    shown = [b for b in shown if b.metric == metric]
    if metric is None or len(shown) < _LEAST_BATCHES:
        return ""
    estimated = [b.estimated.get(metric) for b in shown]
    measured = [b.measured.get(metric) for b in shown]
    values = [v for e in [*estimated, *measured, test] if e for v in (e.value, e.low, e.high) if v]
    if not values:
        return ""
    margin = _MARGIN * (max(values) - min(values)) or abs(values[0]) * _MARGIN
    bounds = (min(values) - margin, max(values) + margin)
    axes = Axes(
        f"{metric} per batch",
        "batches",
        metric,
        x_ends=_ends(shown[0], shown[-1]),
        y_ends=(number(bounds[0]), number(bounds[1])),
    )
    if test is not None and test.value is not None:
        height = scaled(test.value, *bounds)
        axes.reference([(0, height), (1, height)])
    last = len(shown) - 1
    expected = [
        (place / last, scaled(e.value, *bounds))
        for place, e in enumerate(estimated)
        if e is not None and e.value is not None
    ]
    axes.curve(expected)
    axes.dots(expected, 1.5)
    _dots(axes, measured, bounds)
    return axes.markup()


def _dots(axes: Axes, measured: Sequence[Estimate | None], bounds: tuple[float, float]) -> None:
    last = len(measured) - 1
    for place, found in enumerate(measured):
        if found is None or found.value is None:
            continue
        axes.dots([(place / last, scaled(found.value, *bounds))], 3)
        if found.low is not None and found.high is not None:
            axes.interval(place / last, scaled(found.low, *bounds), scaled(found.high, *bounds))


def _ends(first: BatchRecord, last: BatchRecord) -> tuple[str, str]:
    """Return the days of two batches, their times on one day, their names within one minute."""
    times = [dt.datetime.fromtimestamp(b.scored_at, dt.UTC) for b in (first, last)]
    for form in ("%Y-%m-%d", "%H:%M"):
        texts = times[0].strftime(form), times[1].strftime(form)
        if texts[0] != texts[1]:
            return texts
    return plain(first.batch, _LONGEST_NAME), plain(last.batch, _LONGEST_NAME)
