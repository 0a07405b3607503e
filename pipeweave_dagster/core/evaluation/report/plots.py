"""Pictures of an evaluation, drawn as small SVG from at most 200 points each."""

from collections.abc import Sequence

import numpy as np

from pipeweave_dagster.core.charts.svg import Svg
from pipeweave_dagster.core.documents import Dependence, Estimate, Plot, Stability
from pipeweave_dagster.core.metrics.all_metrics import score_bins
from pipeweave_dagster.core.metrics.metrics import Array, Codes
from pipeweave_dagster.core.metrics.scored_test import ScoredTest

Ends = tuple[str, str]
_WIDTH, _HEIGHT = 380, 300
_LEFT, _TOP, _SIZE = 60, 34, 220
_POINTS = 200
_MAX_CLASSES = 12


def plots(
    outcome: ScoredTest, importance: dict[str, Estimate], stability: Stability | None = None
) -> list[Plot]:
    """The pictures that suit the task, the most telling first."""
    drawn: list[Plot] = []
    if len(outcome.classes) == 2:
        positive, scores = outcome.y == 1, outcome.output[:, 1]
        name = outcome.classes[1]
        drawn += [_roc(positive, scores, name), _precision_recall(positive, scores, name)]
        drawn.append(_calibration(positive, scores, name))
    if outcome.classes:
        drawn.append(_confusion(outcome))
    if len(outcome.classes) == 2:
        drawn.append(_gains(outcome.y == 1, outcome.output[:, 1], outcome.classes[1]))
    if not outcome.classes:
        drawn += [_predicted(outcome), _residuals(outcome)]
    if importance:
        drawn.append(_importance(importance, stability))
    return drawn


def axes(title: str, x: str, y: str, across: Ends = ("0", "1"), up: Ends = ("0", "1")) -> Svg:
    """An empty picture with two axes, and what stands at the ends of each."""
    svg = Svg(_WIDTH, _HEIGHT, title)
    svg.text(_LEFT, 20, title)
    svg.line([(_LEFT, _TOP), (_LEFT, _TOP + _SIZE), (_LEFT + _SIZE, _TOP + _SIZE)])
    svg.text(_LEFT + _SIZE / 2, _TOP + _SIZE + 36, x, "middle")
    svg.text(16, _TOP + _SIZE / 2, y, "middle", turn=-90)
    for at, label, beside in zip((0.0, 1.0), across, up, strict=True):
        svg.text(_LEFT + at * _SIZE, _TOP + _SIZE + 18, label, "middle")
        svg.text(_LEFT - 6, _TOP + (1 - at) * _SIZE + 4, beside, "end")
    return svg


def place(x: float, y: float) -> tuple[float, float]:
    """Where a point between the axes stands in the picture."""
    return _LEFT + x * _SIZE, _TOP + (1 - y) * _SIZE


def _thin(x: Array, y: Array) -> list[tuple[float, float]]:
    if len(x) > _POINTS:
        keep = np.unique(np.linspace(0, len(x) - 1, _POINTS).astype(int))
        x, y = x[keep], y[keep]
    return [place(float(a), float(b)) for a, b in zip(x, y, strict=True)]


def _curve(positive: Array | Codes, scores: Array) -> tuple[Array, Array]:
    order = np.argsort(-scores, kind="stable")
    last = np.r_[np.diff(scores[order]) != 0, True]
    hits = np.cumsum(positive[order])[last].astype(float)
    taken = np.flatnonzero(last) + 1.0
    return hits, taken - hits


def _roc(positive: Array | Codes, scores: Array, name: str) -> Plot:
    hits, false = _curve(positive, scores)
    svg = axes(f"ROC curve, class {name}", "false positive rate", "true positive rate")
    svg.line([place(0, 0), place(1, 1)])
    x = np.r_[0, false / max(false[-1], 1)]
    svg.line(_thin(x, np.r_[0, hits / max(hits[-1], 1)]), "s")
    return Plot(
        name="roc",
        caption="The further the curve bends to the upper left, the better the model ranks rows.",
        svg=svg.markup(),
    )


def _precision_recall(positive: Array | Codes, scores: Array, name: str) -> Plot:
    hits, false = _curve(positive, scores)
    share = float(np.mean(positive))
    svg = axes(f"Precision and recall, class {name}", "recall", "precision")
    svg.line([place(0, share), place(1, share)])
    svg.line(_thin(hits / max(hits[-1], 1), hits / (hits + false)), "s")
    return Plot(
        name="precision_recall",
        caption=f"The grey line is guessing: {share:.1%} of the test rows are of this class.",
        svg=svg.markup(),
    )


def _gains(positive: Array | Codes, scores: Array, name: str) -> Plot:
    """Cumulative gains; their slope is the lift."""
    hits, false = _curve(positive, scores)
    taken = np.r_[0, (hits + false) / len(positive)]
    found = np.r_[0, hits / max(hits[-1], 1)]
    svg = axes(f"Gains, class {name}", "rows, highest scores first", "share found")
    svg.line([place(0, 0), place(1, 1)])
    svg.line(_thin(taken, found), "s")
    lift = float(np.interp(0.1, taken, found)) / 0.1
    return Plot(
        name="gains",
        caption=f"The tenth of the rows with the highest scores holds {lift:.1f} times as many of "
        "this class as a tenth taken blindly (lift).",
        svg=svg.markup(),
    )


def _calibration(positive: Array | Codes, scores: Array, name: str) -> Plot:
    bins = score_bins(scores)
    svg = axes(f"Calibration, class {name}", "predicted probability", "observed share")
    svg.line([place(0, 0), place(1, 1)])
    points, error = [], 0.0
    for k in np.unique(bins):
        rows = bins == k
        x, y = float(scores[rows].mean()), float(np.mean(positive[rows]))
        error += abs(x - y) * float(rows.mean())
        points.append(place(x, y))
    svg.line(points, "s")
    for x, y in points:
        svg.dot(x, y)
    return Plot(
        name="calibration",
        caption=f"On the grey line probabilities are true; mean distance {error:.3f}.",
        svg=svg.markup(),
    )


def _confusion(outcome: ScoredTest) -> Plot:
    chosen = outcome.output.argmax(axis=1)
    counts = np.bincount(np.asarray(outcome.y, dtype=np.intp), minlength=len(outcome.classes))
    shown = np.sort(np.argsort(-counts, kind="stable")[:_MAX_CLASSES])
    size = _SIZE / len(shown)
    svg = Svg(_WIDTH + 60, _HEIGHT, "Confusion matrix")
    svg.text(_LEFT, 20, "Confusion matrix: rows are true, columns predicted")
    for i, true in enumerate(shown):
        svg.text(_LEFT + 56, _TOP + (i + 0.5) * size + 4, outcome.classes[true][:12], "end")
        for j, said in enumerate(shown):
            count = int(np.sum((outcome.y == true) & (chosen == said)))
            x, y = _LEFT + 60 + j * size, _TOP + i * size
            svg.rect(x, y, size - 1, size - 1, opacity=0.08 + 0.6 * count / max(counts[true], 1))
            if len(shown) <= 8:
                svg.text(x + size / 2, y + size / 2 + 4, count, "middle")
    for j, said in enumerate(shown):
        x = _LEFT + 60 + (j + 0.5) * size
        svg.text(x, _TOP + _SIZE + 16, outcome.classes[said][:8], "middle")
    left = len(outcome.classes) - len(shown)
    caption = "Darker: a larger share of the row's class."
    return Plot(
        name="confusion",
        caption=caption + (f" The {left} rarest classes are not shown." if left else ""),
        svg=svg.markup(),
    )


def scaled(values: Array, low: float, high: float) -> Array:
    """Values between two bounds as shares from 0 to 1."""
    return np.clip((values - low) / ((high - low) or 1.0), 0, 1)


def _sample(rows: int) -> Sequence[int]:
    if rows <= _POINTS:
        return range(rows)
    return sorted(np.random.default_rng(0).permutation(rows)[:_POINTS].tolist())


def _predicted(outcome: ScoredTest) -> Plot:
    both = np.r_[outcome.y, outcome.output]
    low, high = (float(v) for v in np.quantile(both, [0.005, 0.995]))
    ends = (f"{low:.4g}", f"{high:.4g}")
    svg = axes("Predicted and true values", "predicted", "true", ends, ends)
    svg.line([place(0, 0), place(1, 1)])
    x, y = scaled(outcome.output, low, high), scaled(np.asarray(outcome.y, float), low, high)
    for row in _sample(len(x)):
        svg.dot(*place(float(x[row]), float(y[row])), 2)
    return Plot(
        name="predicted",
        caption="Each point is a test row (at most 200); on the grey line it is right.",
        svg=svg.markup(),
    )


def _residuals(outcome: ScoredTest) -> Plot:
    residuals = np.asarray(outcome.y, float) - outcome.output
    edge = float(np.quantile(np.abs(residuals), 0.99)) or 1.0
    counts, _ = np.histogram(np.clip(residuals, -edge, edge), bins=30, range=(-edge, edge))
    svg = Svg(_WIDTH, _HEIGHT, "Residuals")
    svg.text(_LEFT, 20, "Residuals: true minus predicted")
    width, top = _SIZE / len(counts), max(int(counts.max()), 1)
    svg.bars(
        [
            (_LEFT + i * width, _TOP + _SIZE * (1 - c / top), width - 1, _SIZE * c / top)
            for i, c in enumerate(counts)
        ]
    )
    svg.line([(_LEFT, _TOP + _SIZE), (_LEFT + _SIZE, _TOP + _SIZE)])
    for at, value in ((0.0, -edge), (0.5, 0.0), (1.0, edge)):
        svg.text(_LEFT + at * _SIZE, _TOP + _SIZE + 18, f"{value:.4g}", "middle")
    return Plot(
        name="residuals",
        caption="The outermost 1 % of the errors are drawn in the first and last bar.",
        svg=svg.markup(),
    )


def _importance(importance: dict[str, Estimate], stability: Stability | None) -> Plot:
    """Bars of the columns that can be told from nothing; the others are only counted."""
    unsure = stability is not None and not stability.readable
    known = {name: e.value or 0.0 for name, e in importance.items() if e.above_zero}
    shown = list(known.items())[:12]
    top = max(known.values(), default=1.0)
    svg = Svg(_WIDTH + 60, 60 + 20 * len(shown), "Permutation importance")
    svg.text(8, 20, "Permutation importance on test rows" + (": do not read" if unsure else ""))
    for i, (name, value) in enumerate(shown):
        svg.text(170, 44 + 20 * i, name[:24], "end")
        svg.rect(176, 33 + 20 * i, 180 * value / top, 14)
        svg.text(362, 44 + 20 * i, f"{value:.3g}")
    others = len(importance) - len(known)
    if others:
        told = f"{others} column{'s' * (others > 1)} cannot be told from nothing"
        svg.text(8, 48 + 20 * len(shown), told)
    return Plot(
        name="importance",
        caption="How much the metric worsens when one column's values are shuffled. Columns whose "
        "95 % interval includes 0 are not ranked."
        + (" Do not read: parts of the model rank the columns differently." if unsure else ""),
        svg=svg.markup(),
    )


def dependence_plot(found: Dependence) -> Plot:
    """Mean prediction along the values of one column."""
    means = np.array(found.mean)
    low, high = float(means.min()), float(means.max())
    numbers = [value for value in found.at if isinstance(value, float)]
    first, last = found.at[0], found.at[-1]
    ends = (f"{first:.4g}", f"{last:.4g}") if numbers else (str(first)[:12], str(last)[:12])
    up = (f"{low:.4g}", f"{high:.4g}")
    svg = axes(f"Partial dependence on {found.column}", found.column, found.of, ends, up)
    along = np.array(numbers) if numbers else np.arange(len(means), dtype=float)
    across = scaled(along, float(along.min()), float(along.max()))
    points = [
        place(float(x), float(y)) for x, y in zip(across, scaled(means, low, high), strict=True)
    ]
    if numbers:
        svg.line(points, "s")
    for x, y in points:
        svg.dot(x, y, 3)
    return Plot(
        name=f"dependence_{found.column}"[:80],
        caption=f"What is said of {found.of} on average where {found.column} is as on the axis.",
        svg=svg.markup(),
    )
