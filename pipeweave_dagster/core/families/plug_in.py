"""Foundation models for tables, which other packages bring: local weights, never a download.

A package names a class under `[project.entry-points."pipeweave.models"]`. It is loaded only where
the settings name it with the path of its weights, in the process that fits or scores.
"""

from dataclasses import dataclass
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from pathlib import Path
from typing import Any, ClassVar, Protocol

from pipeweave_dagster.core.documents import PlugInModel
from pipeweave_dagster.core.families.base import Family, View
from pipeweave_dagster.core.families.fit import Fit, Rows

GROUP = "pipeweave.models"
SHA256 = "sha256"
"""Parameter of its candidates: the hash of the weights, so that another file is another model."""
_NEEDED = ("about", "licence", "max_rows", "max_columns", "max_classes", "fit")


class FoundationModel(Protocol):
    """What a class needs to take part; it is made by `kind(checkpoint)`, a path.

    It learns in context: `fit` only keeps the rows, and gives equal predictions for equal rows, for
    a model file keeps the rows and calls it again. A row's prediction must not depend on the rows
    that are predicted with it.

    Attributes:
        about: What it is, in one sentence.
        licence: Licence of the weights, as an SPDX identifier or a name.
        max_rows: Rows that it may be given; `max_columns` and `max_classes` likewise. Of 0 classes
            it takes values alone.
        regression: Whether it predicts values; True if it is not there.
    """

    about: ClassVar[str]
    licence: ClassVar[str]
    max_rows: ClassVar[int]
    max_columns: ClassVar[int]
    max_classes: ClassVar[int]

    def fit(self, x: Any, y: Any, *, categorical: list[int], classes: int, seed: int) -> Any:
        """Keep the rows: float64 of shape (rows, columns) with NaN, and codes or values."""
        ...

    def predict(self, x: Any) -> Any:
        """Return values of shape (rows,), if `classes` was 0."""
        ...

    def predict_proba(self, x: Any) -> Any:
        """Return probabilities of shape (rows, classes)."""
        ...


class BeyondLimitsError(ValueError):
    """A table is larger than what a model takes."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PlugInFamily(Family):
    """A model that the settings name.

    Attributes:
        checkpoint: Path of its weights.
    """

    checkpoint: str
    view: View = "tree"
    place: int | None = 70  # behind the boosted trees, whose places an import must not take
    estimators: tuple[str, ...] = ("PlugIn",)

    @property
    def is_installed(self) -> bool:
        """Whether it may be tried; the leaderboard says what is wrong with it."""
        return True

    def owns(self, estimator: Any) -> bool:
        """Return whether an estimator is this model in the wrapper of model files."""
        return type(estimator).__name__ == "PlugIn" and estimator.name == self.name

    @property
    def candidate_params(self) -> dict[str, Any]:
        """The hash of the weights; none if they are not there, which its fit will say."""
        from pipeweave_dagster.core.model.plug_in_model import file_sha256

        found = file_sha256(self.checkpoint)
        return {SHA256: found} if found else {}

    def check_limits(self, rows: int, columns: int, classes: int) -> None:
        """Refuse a table that is beyond what the package states; imports the package.

        Raises:
            BeyondLimitsError: With the limit and the table's own size.
        """
        kind = self._loaded()
        if not classes and not getattr(kind, "regression", True):
            raise BeyondLimitsError("it predicts classes only")
        sizes = (("rows", rows), ("columns", columns), ("classes", classes))
        for what, size in sizes:
            limit = getattr(kind, f"max_{what}")
            if size > limit:
                raise BeyondLimitsError(
                    f"it takes at most {limit:,} {what}, and this table has {size:,}"
                )

    def fit(self, rows: Rows, params: dict[str, Any], deadline: float) -> Fit:
        """Give it the rows; weights are not used."""
        from pipeweave_dagster.core.model.plug_in_model import PlugIn

        del deadline
        # A view may have more columns than the table: flags of missing values, parts of texts.
        self.check_limits(rows.x.shape[0], rows.x.shape[1], rows.classes)
        how = {"categorical": list(rows.native), "classes": rows.classes, "seed": rows.seed}
        model = PlugIn(self.name, self.package, self.checkpoint, params.get(SHA256), how)
        return Fit(model.fit(rows.x, rows.y))

    def described(self) -> PlugInModel:
        """Return what its package says of it; imports the package."""
        kind = self._loaded()
        try:
            installed = version(self.package)
        except PackageNotFoundError:
            installed = "unknown"
        return PlugInModel(
            name=self.name,
            package=self.package,
            version=installed,
            about=str(kind.about)[:300],
            licence=str(kind.licence)[:100],
            checkpoint=self.checkpoint,
            sha256=str(self.candidate_params.get(SHA256, "")),
        )

    def _loaded(self) -> Any:
        from pipeweave_dagster.core.model.plug_in_model import PlugInError, plug_in_type

        kind = plug_in_type(self.name)
        missing = [name for name in _NEEDED if not hasattr(kind, name)]
        if missing:
            raise PlugInError(f"the model `{self.name}` has no {', '.join(missing)}")
        return kind


def plug_in_problem(name: str, checkpoint: str) -> str:
    """Return why a model that the settings name cannot be tried; empty if it can.

    Nothing is imported, so an error of the package's own code is not seen.
    """
    from pipeweave_dagster.core.model.plug_in_model import file_sha256

    if _entry_point(name) is None:
        return f"No installed package has a model `{name}`: install it."
    if not file_sha256(str(Path(checkpoint).expanduser())):
        return f"The weights of `{name}` cannot be read: {checkpoint}."
    return ""


def plug_in_text(name: str, checkpoint: str) -> str:
    """Return where a model comes from, for people."""
    family = plug_in_family(name, checkpoint)
    return f"{name} of {family.package} with {family.checkpoint}"


def _entry_point(name: str) -> EntryPoint | None:
    return next((p for p in entry_points(group=GROUP) if p.name == name), None)


def plug_in_family(name: str, checkpoint: str) -> PlugInFamily:
    """Return the family of a plug-in; nothing is imported."""
    point = _entry_point(name)
    package = point.dist.name if point is not None and point.dist is not None else name
    return PlugInFamily(name=name, package=package, checkpoint=str(Path(checkpoint).expanduser()))
