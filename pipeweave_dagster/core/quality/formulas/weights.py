"""Writes weighted sums with numbers as simple as the rounding of the target permits."""

from dataclasses import dataclass

import numpy as np

from pipeweave_dagster.core.columns.column import Floats

MAX_DIGITS = 7
BITS_PER_DIGIT = 3.4
SMALLEST = 1e-200
ALIKE = 1.5
MORE_EXCEPTIONS = 0.0005
UNITS = (1 / 365.25, 1 / 365, 12 / 365.25, 1 / 30.4375, 1 / 7, 1 / 24, 24.0, 1440.0, 86400.0)
"""Factors between units of time that a fit of rounded values does not find to the last digit."""
NEAR_UNIT = 0.02


@dataclass(frozen=True)
class Rounded:
    """A weighted sum with simple numbers, and the bits of these numbers."""

    weights: Floats
    offset: float
    bits: float


@dataclass(frozen=True)
class Sample:
    """Rows on which the numbers of a weighted sum are chosen.

    Attributes:
        values: Shape (rows, terms), finite.
        y: Shape (rows,).
        tolerance: Shape (rows,).
    """

    values: Floats
    y: Floats
    tolerance: Floats

    def exceptions(self, weights: Floats, offset: float) -> int:
        """Return how many rows a weighted sum misses."""
        errors = np.abs(self.y - self.values @ weights - offset)
        return int((errors > self.tolerance).sum())

    def line(self, direction: Floats, weights: Floats, offset: float) -> tuple[float, float]:
        """Return factor and constant of one sum of terms, fitted where a weighted sum is right."""
        right = np.abs(self.y - self.values @ weights - offset) <= self.tolerance
        if not right.any():
            return float(weights[0]), offset
        x, y = self.values[right] @ direction, self.y[right]
        off = x - x.mean()
        factor = float(off @ y / max(float(off @ off), 1e-300))
        return factor, float(y.mean() - factor * x.mean())


def simplest(sample: Sample, weights: Floats, offset: float) -> Rounded:
    """Return weights and constant with the fewest digits that add no exception.

    Weights of about equal size become exactly equal (the parts of a sum); a constant that is not
    needed becomes 0.
    """
    allowed = sample.exceptions(weights, offset)
    size = np.abs(weights)
    if len(weights) and size.max() <= ALIKE * size.min():
        direction = np.sign(weights)
        factor, constant = sample.line(direction, weights, offset)
        more = allowed + int(MORE_EXCEPTIONS * len(sample.y))
        found = _with_unit(sample, direction, factor, constant, more)
        found = found or _fewest_digits(sample, direction * factor, constant, more)
        if found is not None:
            return found
    found = _fewest_digits(sample, weights, offset, allowed)
    bits = BITS_PER_DIGIT * MAX_DIGITS * (len(weights) + 1)
    return found or Rounded(weights, offset, bits)


def _with_unit(
    sample: Sample, direction: Floats, factor: float, offset: float, allowed: int
) -> Rounded | None:
    for unit in UNITS:
        for signed in (unit, -unit):
            if abs(factor - signed) <= NEAR_UNIT * unit:
                for constant in (0.0, offset):
                    if sample.exceptions(direction * signed, constant) <= allowed:
                        return Rounded(direction * signed, constant, 8.0)
    return None


def _fewest_digits(sample: Sample, weights: Floats, offset: float, allowed: int) -> Rounded | None:
    if not np.all(np.abs(weights) > SMALLEST):
        return None
    for digits in range(1, MAX_DIGITS):
        for rounded in (_significant(weights, digits), 1 / _significant(1 / weights, digits)):
            if not (np.isfinite(rounded).all() and np.all(rounded)):
                continue
            for constant in (0.0, _significant(np.array([offset]), digits)[0], offset):
                if sample.exceptions(rounded, float(constant)) <= allowed:
                    bits = BITS_PER_DIGIT * digits * _numbers(rounded, float(constant))
                    return Rounded(rounded, float(constant), bits)
    return None


def _numbers(weights: Floats, constant: float) -> int:
    """Return how many numbers other than 0 and 1 a weighted sum has."""
    different = set(np.abs(weights).tolist()) - {1.0}
    return len(different) + (constant != 0)


def _significant(values: Floats, digits: int) -> Floats:
    return np.array([float(f"{value:.{digits - 1}e}") for value in values])
