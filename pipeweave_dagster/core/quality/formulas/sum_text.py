"""Texts of weighted sums."""

from collections.abc import Sequence

import numpy as np

from pipeweave_dagster.core.columns.column import Floats

SMALLEST = 1e-300


def weighted_sum(texts: Sequence[str], weights: Floats, offset: float) -> str:
    """Return the text of a weighted sum, a common factor before brackets.

    Example:
        >>> weighted_sum(["'a'", "'b'"], np.array([1.0, -1.0]), 0.0)
        "'a' - 'b'"
        >>> weighted_sum(["'a'", "'b'"], np.array([0.5, 0.5]), 3.0)
        "0.5 * ('a' + 'b') + 3"
    """
    order = sorted(range(len(texts)), key=lambda i: weights[i] < 0)
    sizes = np.abs(weights)
    common = float(sizes[0]) if len(texts) > 1 and np.all(sizes == sizes[0]) else 1.0
    first_negative = weights[order[0]] < 0 and offset > 0
    parts = [
        _signed(weights[i] / common, texts[i], first=n == 0 and not first_negative)
        for n, i in enumerate(order)
    ]
    text = "".join(parts)
    if first_negative:
        return (
            f"{number(offset)}{text if common == 1 else ' - ' + times(common, _bracketed(parts))}"
        )
    if common != 1.0:
        text = times(common, f"({text})")
    if offset:
        text += f" {'+' if offset > 0 else '-'} {number(abs(offset))}"
    return text


def number(value: float) -> str:
    """Return a number as formulas show it."""
    return f"{value:.7g}"


def _bracketed(parts: list[str]) -> str:
    """Return terms that are all subtracted, as one sum in brackets."""
    return "(" + " + ".join(part.removeprefix(" - ").removeprefix("-") for part in parts) + ")"


def _signed(weight: float, text: str, *, first: bool) -> str:
    sized = times(abs(weight), text)
    if first:
        return f"{'-' if weight < 0 else ''}{sized}"
    return f" {'-' if weight < 0 else '+'} {sized}"


def times(factor: float, text: str) -> str:
    """Return a product with a number, or a quotient where that is shorter."""
    if factor == 1:
        return text
    times, over = number(factor), number(1 / factor) if abs(factor) > SMALLEST else ""
    return f"{text} / {over}" if 0 < len(over) < len(times) else f"{times} * {text}"
