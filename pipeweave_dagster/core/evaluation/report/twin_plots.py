"""Plots of a readable twin: the curve of each column, and the table of each pair."""

from collections.abc import Sequence

from pipeweave_dagster.core.charts.axes import Axes, scaled
from pipeweave_dagster.core.charts.signed import signed_bars, signed_map
from pipeweave_dagster.core.documents import Plot, ReadableTwin, TwinTerm
from pipeweave_dagster.core.evaluation.report.twin_texts import value_text
from pipeweave_dagster.core.number_format import ends, number

PREFIX = "readable_"
_MOST_PLOTS = 12
_MOST_CLASSES = 12


def twin_plots(twin: ReadableTwin) -> list[Plot]:
    """Draw the largest terms on one scale, so that the plots can be compared."""
    terms = twin.terms[:_MOST_PLOTS]
    reach = max((abs(v) for term in terms for line in term.effect for v in line), default=1.0)
    return [_plot(term, twin, reach or 1.0) for term in terms]


def _plot(term: TwinTerm, twin: ReadableTwin, reach: float) -> Plot:
    name = " and ".join(term.columns)
    if len(term.columns) > 1:
        svg = _pair(term, twin, reach)
    elif len(twin.outputs) > 1:
        svg = _classes(term, twin, reach)
    elif isinstance(term.at[0], float):
        svg = _curve(term, twin, reach)
    else:
        bars = [(value_text(v), e) for v, e in zip(term.at, term.effect[0], strict=True)]
        svg = signed_bars(bars, f"Effect of {name}", reach)
    return Plot(name=f"{PREFIX}{name}"[:80], caption=_caption(term, twin), svg=svg)


def _caption(term: TwinTerm, twin: ReadableTwin) -> str:
    of = f"{twin.unit} of {twin.outputs[0]}" if len(twin.outputs) == 1 else twin.unit
    if len(term.columns) > 1:
        together = " and ".join(term.columns)
        text = f"What {together} add together, beyond their own effects, to the {of}"
        return f"{text}{_of_class(twin)}: orange above 0, blue below."
    text = f"What {term.columns[0]} adds to the {of}; 0 is the mean of the test rows."
    if len(term.slope) == 1:
        text += f" One more adds {number(term.slope[0])}."
    if term.at[-1] is None and isinstance(term.at[0], float) and len(twin.outputs) == 1:
        text += f" A missing value adds {number(term.effect[0][-1])}."
    return text


def _of_class(twin: ReadableTwin) -> str:
    return f" ({twin.outputs[0]}, the first class)" if len(twin.outputs) > 1 else ""


def _curve(term: TwinTerm, twin: ReadableTwin, reach: float) -> str:
    known = [(v, e) for v, e in zip(term.at, term.effect[0], strict=True) if isinstance(v, float)]
    low, high = known[0][0], known[-1][0]
    chart = Axes(
        f"Effect of {term.columns[0]}",
        term.columns[0],
        twin.unit,
        x_ends=ends(low, high),
        y_ends=(number(-reach), number(reach)),
    )
    chart.reference([(0, 0.5), (1, 0.5)])
    points = [(scaled(v, low, high), scaled(e, -reach, reach)) for v, e in known]
    chart.curve(points)
    chart.dots(points, 2)
    return chart.markup()


def _classes(term: TwinTerm, twin: ReadableTwin, reach: float) -> str:
    """Draw the effect on each class as a row of cells."""
    classes = twin.outputs[:_MOST_CLASSES]
    values = [value_text(v) for v in term.at]
    title = f"Effect of {term.columns[0]} on each class"
    return signed_map(classes, values, term.effect[:_MOST_CLASSES], title, reach)


def _pair(term: TwinTerm, twin: ReadableTwin, reach: float) -> str:
    del twin
    width = len(term.beside)
    cells = [term.effect[0][k * width : (k + 1) * width] for k in range(len(term.at))]
    title = f"Effect of {' and '.join(term.columns)}"
    return signed_map(_labels(term.at), _labels(term.beside), cells, title, reach)


def _labels(values: Sequence[float | str | None]) -> list[str]:
    return [value_text(value) for value in values]
