"""What the boosting libraries share: early stopping, the deadline, and the rounds to keep."""

import time
import warnings
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipeweave_dagster.core.families.base import ExportedFit, Family
from pipeweave_dagster.core.families.fit import Fit, Rows

if TYPE_CHECKING:
    from pipeweave_dagster.core.documents import Member

MAX_ROUNDS = 3_000
_ROUNDS_WITHOUT_VALIDATION = 300


def patience_of(learning_rate: float) -> int:
    """Return the rounds without improvement that end boosting; slow learning needs more."""
    return int(min(150, max(30, 2 / learning_rate)))


class Deadline:
    """The end of the time of one fit; remembers whether it ended the boosting."""

    def __init__(self, at: float) -> None:
        self.at = at
        self.cut = False

    def passed(self) -> bool:
        """Return whether boosting must end after this round."""
        self.cut = time.monotonic() > self.at
        return self.cut


@dataclass(frozen=True, kw_only=True, eq=False)
class BoostingFamily(Family):
    """Boosting that stops on the loss of validation rows, at the deadline, or after `rounds`.

    Attributes:
        learning_rate: Default, raised where time is short.
        defaults: Parameters that a candidate may override.
    """

    learning_rate: float
    defaults: Mapping[str, Any] = field(default_factory=dict)
    is_seeded: bool = True
    # A refit on all rows has more of them than a fold.
    refit_growth: float = 1.1
    supports_monotone: bool = True

    @abstractmethod
    def make_model(self, rows: Rows, params: dict[str, Any]) -> Any:
        """Return the unfitted estimator."""

    @abstractmethod
    def boost(self, model: Any, rows: Rows, deadline: Deadline, patience: int) -> int:
        """Fit and return the rounds; `patience` is ignored without validation rows."""

    def with_defaults(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters of a candidate with the defaults of those it does not set."""
        return {"learning_rate": self.learning_rate, **self.defaults, **given}

    def fit(self, rows: Rows, params: dict[str, Any], deadline: float) -> Fit:
        """Boost; without validation rows for exactly `rounds` (or 300)."""
        rounds = _ROUNDS_WITHOUT_VALIDATION if rows.x_valid is None else MAX_ROUNDS
        given = self.with_defaults(params)
        model = self.make_model(rows, {"n_estimators": rows.rounds or rounds, **given})
        watch = Deadline(deadline)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # the libraries report their defaults
            rounds = self.boost(model, rows, watch, patience_of(given["learning_rate"]))
        return Fit(model, rounds, watch.cut)

    def unfitted(self, model: Any, rounds: int | None) -> Any:
        """Return an unfitted copy; a known number of rounds takes the place of early stopping."""
        copy = super().unfitted(model, rounds)
        return copy if rounds is None else copy.set_params(n_estimators=rounds)

    def exported_fit(self, model: Any, recipe: "Member", native: list[int]) -> ExportedFit:
        """Return the function of the library with the patience of early stopping."""
        del recipe, native
        patience = patience_of(model.get_params()["learning_rate"])
        return ExportedFit(self.exported_function, {"patience": patience})

    @property
    @abstractmethod
    def exported_function(self) -> Any:
        """The function that fits the estimator."""
