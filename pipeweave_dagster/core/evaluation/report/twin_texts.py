"""The texts on a readable twin: whether it costs anything, and the effects of its values."""

from pipeweave_dagster.core.documents import Comparison, ReadableTwin, TwinTerm
from pipeweave_dagster.core.number_format import compared, number

_MOST_VALUES, _MOST_CLASSES = 6, 4


def sentence(twin: ReadableTwin) -> str:
    """Say whether the paired test can tell the twin from the model."""
    if twin.verdict == "no signal":
        return "The twin is no better than the baseline (constant)."
    same = f"on the same {twin.comparison.rows:,} test rows"
    return {
        "not distinguishable": f"The two do not differ significantly {same}.",
        "better": f"The twin is significantly better {same}.",
        "worse": f"The twin is significantly worse {same}: that is the price of being readable.",
        "not compared": "There are too few test rows, or groups of them, to compare the two.",
    }[twin.comparison.verdict]


def difference(comparison: Comparison) -> str:
    """Return how much better or worse the twin is, with the interval of the paired difference."""
    return compared(comparison.difference, comparison.low, comparison.high)


def effects(term: TwinTerm, outputs: list[str]) -> str:
    """Describe the effect of a column: its slope, or that of some of its values."""
    if len(term.columns) > 1:
        highest = max(abs(v) for line in term.effect for v in line)
        return f"together up to {number(highest)} more or less"
    if len(outputs) == 1:
        return _of_output(term, 0)
    lines = [f"{name}: {_of_output(term, k)}" for k, name in enumerate(outputs[:_MOST_CLASSES])]
    return "; ".join([*lines, "…"] if len(outputs) > _MOST_CLASSES else lines)


def _of_output(term: TwinTerm, k: int) -> str:
    if term.slope:
        return f"{_signed(term.slope[k])} for one more"
    line = term.effect[k]
    places = list(range(len(line)))
    if isinstance(term.at[0], float) and len(places) > _MOST_VALUES:
        last = len(places) - 1
        places = sorted({round(i * last / (_MOST_VALUES - 1)) for i in range(_MOST_VALUES)})
    shown = [f"{value_text(term.at[i])}: {_signed(line[i])}" for i in places[:_MOST_VALUES]]
    return ", ".join([*shown, "…"] if len(places) > _MOST_VALUES else shown)


def value_text(value: float | str | None) -> str:
    """Return a value as it is shown."""
    if value is None:
        return "missing"
    return number(value) if isinstance(value, float) else value


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{number(value)}"
