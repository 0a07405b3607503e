"""Says in words how a number gives the class."""

from collections.abc import Callable

from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.quality.formulas.cut import Cut
from pipeweave_dagster.core.quality.formulas.score import Score
from pipeweave_dagster.core.quality.formulas.sum_text import number
from pipeweave_dagster.core.quality.formulas.terms import quoted
from pipeweave_dagster.core.quality.formulas.thresholds import Segments


def statement(score: Score, found: Segments, target: Target, show: Callable[[int], str]) -> str:
    """Return the statement of a class formula, without its exceptions."""
    name = quoted(target.name)
    if len(found.cuts) > 1:
        return f"{name} follows from {score.text}: {_ranges(found, show)}"
    upper = target.positive if target.positive in found.order else found.order[-1]
    above = found.order[-1] == upper
    return f"{name} is {show(upper)} exactly where {_condition(score, found.cuts[0], above=above)}"


def _condition(score: Score, cut: Cut, *, above: bool) -> str:
    if " differs from " in score.text:
        return score.text if above else score.text.replace(" differs from ", " equals ")
    if score.compares and cut.at_zero:
        return _comparison(*score.compares, cut, above=above)
    if score.text.startswith("|") and cut.below == 0:
        a, b = score.text.strip("|").split(" - ", 1)
        return f"{a} {'differs from' if above else 'equals'} {b}"
    return f"{score.text} is {cut.condition(above=above)}"


def _comparison(a: str, b: str, cut: Cut, *, above: bool) -> str:
    """Return a comparison in words; values that are equal, if any, belong to one of the sides."""
    if above:
        return f"{a} is {'at least' if cut.above == 0 else 'greater than'} {b}"
    return f"{a} is {'at most' if cut.below == 0 else 'less than'} {b}"


def _ranges(found: Segments, show: Callable[[int], str]) -> str:
    """Return the range of each class, in ascending order."""
    ends = [number(cut.value) for cut in found.cuts]
    parts = [f"{show(found.order[0])} below {ends[0]}"]
    for code, low, high in zip(found.order[1:], ends, ends[1:], strict=False):
        parts.append(f"{show(code)} from {low} to {high}")
    parts.append(f"{show(found.order[-1])} from {ends[-1]}")
    return ", ".join(parts)
