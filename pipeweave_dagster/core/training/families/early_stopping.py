"""What the boosting libraries share: early stopping, the deadline, and the rounds to keep."""

import time
import warnings
from typing import Any, Protocol

from pipeweave_dagster.core.training.families.base import Fit, Rows, View

_MOST_ROUNDS = 3_000
_UNWATCHED_ROUNDS = 300


def patience_of(learning_rate: float) -> int:
    """Rounds without a gain after which boosting ends; slow learning needs more of them."""
    return int(min(150, max(30, 2 / learning_rate)))


class Guard:
    """Tells when the deadline is over, and remembers that it cut the boosting short."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.cut = False

    def over(self) -> bool:
        """Whether boosting must end after this round."""
        self.cut = time.time() > self.deadline
        return self.cut


class Library(Protocol):
    """The part that differs between libraries."""

    @property
    def defaults(self) -> dict[str, Any]:
        """Parameters that hold where a candidate says nothing else."""
        ...

    def model(self, rows: Rows, params: dict[str, Any]) -> Any:
        """The estimator, not fitted."""
        ...

    def boost(self, model: Any, rows: Rows, guard: Guard, patience: int | None) -> int:
        """Fit it; `patience` in rounds, or None without validation rows. Returns the rounds."""
        ...


class Boosted:
    """Stops on the validation rows' loss, at the deadline, or after `rounds`."""

    view: View = "tree"

    def __init__(self, library: Library) -> None:
        self.library = library

    def suits(self, rows: int, columns: int, classes: int) -> bool:
        """Always."""
        del rows, columns, classes
        return True

    def fit(self, rows: Rows, params: dict[str, Any], deadline: float) -> Fit:
        """Boost; without validation rows for exactly `rounds` (or 300)."""
        watched = rows.y_valid is not None and len(rows.y_valid) > 0
        guard = Guard(deadline)
        given = {**self.library.defaults, **params}
        most = _MOST_ROUNDS if watched else _UNWATCHED_ROUNDS
        model = self.library.model(rows, {"n_estimators": rows.rounds or most, **given})
        patience = patience_of(given["learning_rate"]) if watched else None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # the libraries tell of their defaults
            rounds = self.library.boost(model, rows, guard, patience)
        return Fit(model, rounds, guard.cut)
