"""What a model family is: facts that are light to load, and methods that import when called."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pipeweave_dagster.core.families.fit import Fit, Rows, fit_plain
from pipeweave_dagster.core.families.search_space import Range, Variant

if TYPE_CHECKING:
    from pipeweave_dagster.core.documents import Member
    from pipeweave_dagster.core.metrics.metrics import Array, Codes

View = Literal[
    "none", "linear", "curves", "plain", "tree", "crossed", "grouped",
    "readable", "readable_curves", "readable_tree",
]  # fmt: skip
"""How a model sees the features; see `core.pipelines.transformers`."""


class ExportedFit(NamedTuple):
    """A function whose source goes into an exported `train.py`, and its keyword arguments.

    It is called as `function(model, rows, **arguments)`, returns the fitted model, imports what it
    needs inside its body, and reads of `rows` only `x`, `y`, `weight`, `x_valid` and `y_valid`.
    """

    function: Callable[..., Any]
    arguments: dict[str, Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Family(ABC):
    """One kind of model: everything that PipeWeave needs to know of it.

    The fields load with the code location, so a module of a family imports its library only inside
    of functions.

    Attributes:
        name: Its name in pipelines, recipes and on the leaderboard.
        view: How it sees the features.
        package: Distribution that its estimators come from.
        extra: Extra of PipeWeave that installs the package; None if every installation has it.
        place: Position of its default candidate in the first round of the search; None if the
            default is among the variants, or not tried.
        variants: Further candidates.
        space: Ranges of the parameters that the adaptive search changes.
        kept_params: Parameters of a variant that stay as they are in proposals made from it.
        learning_rate: Default of `learning_rate`, if it is raised where time is short.
        is_seeded: Whether a refit averages over several seeds.
        is_large: Whether a fitted model grows with the rows, so that few are kept per candidate.
        refit_growth: Factor for the rounds when refitting on all rows.
        supports_monotone: Whether predictions can be constrained to be monotone in a column.
        suits_text: Whether it copes with the thousands of inputs that text columns make.
        min_rows: Fewer rows are not worth trying; so are more than `max_rows`, `max_columns`
            (prepared ones) and `max_classes`.
        estimators: Class names of its fitted estimators, as they are in the package.
        types: Types in its model files beyond those of skops; all are in
            `trusted_types.MODEL_TYPES`.
        explained: `exact` if it computes SHAP values, `quick` if also fast path contributions.
    """

    name: str
    view: View
    package: str = "scikit-learn"
    extra: str | None = None
    place: int | None = 100
    variants: tuple[Variant, ...] = ()
    space: Mapping[str, Range] = field(default_factory=dict)
    kept_params: tuple[str, ...] = ()
    learning_rate: float | None = None
    is_seeded: bool = False
    is_large: bool = False
    refit_growth: float = 1.0
    supports_monotone: bool = False
    suits_text: bool = True
    min_rows: int = 0
    max_rows: float = float("inf")
    max_columns: float = float("inf")
    max_classes: float = float("inf")
    estimators: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    explained: Literal["no", "exact", "quick"] = "no"

    @property
    def is_installed(self) -> bool:
        """Whether its package is available; nothing is imported."""
        return self.extra is None or find_spec(self.package) is not None

    def suits(self, rows: int, columns: int, classes: int) -> bool:
        """Return whether it is worth trying on a table of that size."""
        return (
            self.min_rows <= rows <= self.max_rows
            and columns <= self.max_columns
            and classes <= self.max_classes
        )

    @property
    def candidate_params(self) -> dict[str, Any]:
        """Parameters of its default candidate."""
        return {}

    def check_limits(self, rows: int, columns: int, classes: int) -> None:
        """Raise where a table is beyond what its package states; `suits` has left out the rest."""
        del rows, columns, classes

    def owns(self, estimator: Any) -> bool:
        """Return whether a fitted estimator is one of this family."""
        kind = type(estimator)
        module = {"scikit-learn": "sklearn"}.get(self.package, self.package)
        return kind.__name__ in self.estimators and kind.__module__.split(".")[0] == module

    @abstractmethod
    def fit(self, rows: Rows, params: dict[str, Any], deadline: float) -> Fit:
        """Fit until done or until `deadline` (`time.monotonic()`), whichever is first."""

    def unfitted(self, model: Any, rounds: int | None) -> Any:
        """Return an unfitted copy of a model, bound to a number of rounds unless that is None."""
        del rounds
        from sklearn.base import clone

        return clone(model)

    def exported_fit(self, model: Any, recipe: "Member", native: list[int]) -> ExportedFit:
        """Return how a model is fitted in an exported `train.py`.

        Args:
            model: The fitted estimator, without a transformation of its target.
            recipe: How it was trained.
            native: Positions of the inputs that hold category codes.
        """
        del model, recipe, native
        return ExportedFit(fit_plain, {})

    def rounds_of(self, model: Any) -> int:
        """Return the rounds of boosting that predictions use; 0 for models without any."""
        del model
        return 0

    def gains(self, model: Any) -> "Array":
        """Return the gain of each input in the fit, by which feature crosses may be chosen."""
        raise NotImplementedError(f"{self.name} has no gains")

    def contributions(
        self,
        model: Any,
        x: Any,
        sources: "Codes",
        count: int,
        *,
        quick: bool,
        rounds: int | None = None,
    ) -> "Array":
        """Return additive contributions to the margin, of shape (rows, count + 1, outputs).

        Args:
            model: A fitted estimator of this family.
            x: Inputs of shape (rows, inputs).
            sources: Position of the feature that each input was made from, shape (inputs,).
            count: Number of features; the last contribution is the base.
            quick: Path contributions instead of SHAP values.
            rounds: Only of the first rounds; None for all.
        """
        raise NotImplementedError(f"{self.name} has no contributions")

    def prediction_cost(self, model: Any, trees: int) -> float:
        """Return microseconds per 1,000 rows for predicting, beyond what any model takes."""
        del model, trees
        return 0.0

    def explanation_cost(self, model: Any, trees: int) -> float:
        """Return the same for quick contributions."""
        del model, trees
        return 0.0
