"""A threshold between two classes, and the simplest number that stands for it."""

from dataclasses import dataclass

from pipeweave_dagster.core.quality.formulas.sum_text import number


@dataclass(frozen=True)
class Cut:
    """A threshold between two neighbouring classes.

    Attributes:
        below: The largest value below the threshold.
        above: The smallest value at or above it.
    """

    below: float
    above: float

    @property
    def at_zero(self) -> bool:
        """Whether 0 divides the two sides: a comparison, without a number that was fitted."""
        return self.below <= 0 <= self.above

    @property
    def value(self) -> float:
        """The simplest number above `below`, at most `above`."""
        return self._simplest()[0]

    def condition(self, *, above: bool) -> str:
        """Return the simplest condition of the values above the threshold, or of those below."""
        (least, digits), (more, fewer) = self._simplest(), self._simplest(strict=True)
        if fewer < digits:
            return f"{'more than' if above else 'at most'} {number(more)}"
        return f"{'at least' if above else 'below'} {number(least)}"

    def _simplest(self, *, strict: bool = False) -> tuple[float, int]:
        """Return the simplest number from `below` to `above`, one end excluded, and its digits."""
        for digits in range(1, 12):
            for value in (self.above, self.below, (self.above + self.below) / 2):
                simple = float(f"{value:.{digits - 1}e}")
                if self.below < simple < self.above or simple == (
                    self.below if strict else self.above
                ):
                    return simple, digits
        return (self.below if strict else self.above), 12
