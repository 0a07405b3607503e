"""Steps that other packages provide: scikit-learn transformers, found by entry point.

A package names its class under `[project.entry-points."pipeweave.steps"]`; installing the
package means trusting it, and nothing else can add a step. `kit.check_step` tests whether a class
fulfils the contract.
"""

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, ClassVar, Literal, Protocol

from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.pipelines.catalogue import CATALOGUE, StepType

GROUP = "pipeweave.steps"
_NEEDED = ("about", "takes", "params", "fit", "transform")


class CustomStep(Protocol):
    """What a step class needs beyond scikit-learn's interface of a transformer.

    It is fitted in each fold on that fold's training rows, and then transforms row by row:
    `fit(X, y=None)` and `transform(X)`, where X is a table of the step's columns.

    Attributes:
        about: What it does, in one sentence; shown to users.
        takes: `numbers` (float64, missing as NaN) or `categories` (text, missing as None).
        params: The constructor's parameters, each with its allowed types.
    """

    about: ClassVar[str]
    takes: ClassVar[Literal["numbers", "categories"]]
    params: ClassVar[dict[str, tuple[type, ...]]]

    def fit(self, x: Any, y: Any = None) -> Any:
        """Fit on the training rows of one fold."""
        ...

    def transform(self, x: Any) -> Any:
        """Return numbers of shape (rows, outputs); equal rows give equal numbers."""
        ...


@cache
def custom_steps() -> dict[str, type[Any]]:
    """Return the installed steps by name; imports their packages.

    Raises:
        PipeWeaveError: VALIDATION_ERROR where a package cannot be imported, its class lacks a
            required attribute, or a name is taken.
    """
    found: dict[str, type[Any]] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        if point.name in CATALOGUE or point.name in found:
            raise _unusable(point, "its name is taken")
        try:
            loaded = point.load()
        except Exception as error:
            raise _unusable(point, f"it cannot be imported ({type(error).__name__})") from error
        missing = [name for name in _NEEDED if not hasattr(loaded, name)]
        if missing:
            raise _unusable(point, f"its class has no {', '.join(missing)}")
        found[point.name] = loaded
    return found


def _unusable(point: EntryPoint, why: str) -> Exception:
    return validation_error(
        f"The step `{point.name}` of {point.value} cannot be used: {why}.",
        fix="Fix or uninstall the package; `check_step` of the kit lists what is wrong.",
        step=point.name,
    )


def step_type(use: str) -> StepType | None:
    """Return the step type of the catalogue or of an installed package; None if unknown.

    Packages are imported only for names that are not in the catalogue.
    """
    if use in CATALOGUE:
        return CATALOGUE[use]
    found = custom_steps().get(use)
    return None if found is None else StepType("preprocess", str(found.about), dict(found.params))


def known_steps() -> dict[str, StepType]:
    """Return the catalogue, followed by the installed steps."""
    own = {name: step for name in custom_steps() if (step := step_type(name)) is not None}
    return {**CATALOGUE, **own}


def prepared_as(use: str) -> str:
    """Return the catalogue step whose reading of raw values an installed step shares."""
    return "numeric" if custom_steps()[use].takes == "numbers" else "categorical"
