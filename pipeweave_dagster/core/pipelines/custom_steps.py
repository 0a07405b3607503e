"""Steps that other packages bring: scikit-learn transformers, found by entry point.

A package names its class under `[project.entry-points."pipeweave.steps"]`; whoever installs the
package trusts it, and nothing else can add a step. `kit.check_step` tells whether a class keeps
the contract.
"""

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, ClassVar, Literal, Protocol

from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.pipelines.catalogue import CATALOGUE, StepType

GROUP = "pipeweave.steps"
_NEEDED = ("about", "takes", "params", "fit", "transform")


class CustomStep(Protocol):
    """What the class of a step must have, beside what scikit-learn asks of a transformer.

    It is fitted in each fold on the rows that the fold learns from, and afterwards answers row by
    row: `fit(X, y=None)` and `transform(X)`, X a table of the step's columns.

    Attributes:
        about: What it does, in one sentence; shown to people.
        takes: `numbers` (float64, missing as NaN) or `categories` (text, missing as None).
        params: Name of each parameter of its constructor, with the types that it may have.
    """

    about: ClassVar[str]
    takes: ClassVar[Literal["numbers", "categories"]]
    params: ClassVar[dict[str, tuple[type, ...]]]

    def fit(self, x: Any, y: Any = None) -> Any:
        """Learn from the rows of one fold."""
        ...

    def transform(self, x: Any) -> Any:
        """Numbers, shape (rows, outputs); equal rows give equal numbers."""
        ...


@cache
def custom_steps() -> dict[str, type[Any]]:
    """The installed steps by name; loads their packages.

    Raises:
        PipeWeaveError: VALIDATION_ERROR where a package cannot be imported, its class lacks what
            a step must have, or a name is taken.
    """
    found: dict[str, type[Any]] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        if point.name in CATALOGUE or point.name in found:
            raise _refused(point, "its name is taken")
        try:
            loaded = point.load()
        except Exception as error:
            raise _refused(point, f"it cannot be imported ({type(error).__name__})") from error
        lacking = [name for name in _NEEDED if not hasattr(loaded, name)]
        if lacking:
            raise _refused(point, f"its class has no {', '.join(lacking)}")
        found[point.name] = loaded
    return found


def _refused(point: EntryPoint, why: str) -> Exception:
    return validation_error(
        f"The step `{point.name}` of {point.value} cannot be used: {why}.",
        fix="Mend or uninstall the package; `check_step` of pipeweave's kit tells what is wrong.",
        step=point.name,
    )


def step_type(use: str) -> StepType | None:
    """What the catalogue, or an installed package, says of a step; None if nobody knows it.

    Packages are loaded only for names that the catalogue does not have.
    """
    if use in CATALOGUE:
        return CATALOGUE[use]
    found = custom_steps().get(use)
    return None if found is None else StepType("preprocess", str(found.about), dict(found.params))


def known_steps() -> dict[str, StepType]:
    """The catalogue with the installed steps after it."""
    own = {name: step for name in custom_steps() if (step := step_type(name)) is not None}
    return {**CATALOGUE, **own}


def prepared_as(use: str) -> str:
    """How the columns of an installed step are read: as the catalogue's numbers or categories."""
    return "numeric" if custom_steps()[use].takes == "numbers" else "categorical"
