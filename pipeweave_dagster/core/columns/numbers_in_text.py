"""Texts that state a number, such as `lot 7: sold at 1,250 kr`, compared with a numeric target."""

import re

import numpy as np

from pipeweave_dagster.core.columns.column import Column, Floats

MAX_LETTERS = 300
MAX_PLACES = 4
MAX_ROWS = 20_000
SAMPLE_ROWS = 300
_NUMBER = re.compile(r"(?<![\d.,])-?\d+(?:[., ]\d+)*")
_THOUSANDS = re.compile(r"-?\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?")


def numbers_in(text: str) -> list[float]:
    """Return the numbers of a text, the first and the last few.

    Example:
        >>> numbers_in("lot 7: sold at 1,250.50 kr, 3,5 %")
        [7.0, 1250.5, 3.5]
    """
    found = []
    for match in _NUMBER.findall(text[:MAX_LETTERS]):
        thousands = _THOUSANDS.fullmatch(match) is not None
        plain = re.sub(r"[, ]", "", match) if thousands else match.replace(",", ".")
        try:
            found.append(float(plain.replace(" ", "")))
        except ValueError:  # a date or a version
            found.append(float("nan"))
    return found


def states_number(column: Column, values: Floats, allowed: float) -> tuple[int, int] | None:
    """Return exceptions and rows if the number at one place of the texts is the target.

    Args:
        column: A text column.
        values: Shape (n,): the target, NaN if missing.
        allowed: Largest share of rows that state another number.
    """
    used = np.flatnonzero((column.codes >= 0) & np.isfinite(values))
    used = np.random.default_rng(0).permutation(used)[:MAX_ROWS]
    sample = used[:SAMPLE_ROWS]
    labels = column.labels
    for place in [*range(MAX_PLACES), *range(-MAX_PLACES, 0)]:
        for rows in (sample, used):
            stated = np.array([_at(labels[code], place) for code in column.codes[rows]])
            wrong = ~(np.abs(stated - values[rows]) <= 1e-6 * np.abs(values[rows]) + 1e-9)
            if wrong.sum() > allowed * len(rows):
                break
        else:
            return int(wrong.sum()), len(used)
    return None


def _at(text: str, place: int) -> float:
    numbers = numbers_in(text)
    return numbers[place] if -len(numbers) <= place < len(numbers) else float("nan")
