"""Fitted members of a model, and the bundle that a model file contains."""

from typing import Any, NamedTuple

from sklearn.pipeline import Pipeline

from pipeweave_dagster.core.documents import Member
from pipeweave_dagster.core.families import Fit
from pipeweave_dagster.core.model.frame_entry import FrameEntry
from pipeweave_dagster.core.model.target_scale import bounds
from pipeweave_dagster.core.training.data.fold_features import FoldData
from pipeweave_dagster.core.training.search.cv_result import CvResult


class FittedMember(NamedTuple):
    """A fitted member of the model, and the recipe to fit it again."""

    recipe: Member
    fit: Fit
    data: FoldData

    @property
    def bundled(self) -> dict[str, Any]:
        """The member as the model file contains it."""
        return member(self.fit, self.data, self.recipe.weight)


def recipe_of(
    result: CvResult,
    weight: float,
    fold: int,
    seed: int,
    rounds: int | None,
    smearing: float | None = None,
) -> Member:
    """Return the recipe of one fit of a candidate; see `Member`."""
    candidate = result.candidate
    return Member(
        name=candidate.name,
        family=candidate.family,
        params=candidate.params,
        weight=weight,
        fold=fold,
        seed=seed,
        rounds=rounds,
        smearing=smearing,
    )


def member(fit: Fit, data: FoldData, weight: float = 1.0) -> dict[str, Any]:
    """Return one member of the bundle: features and estimator as a scikit-learn pipeline."""
    pipeline = Pipeline([("features", data.transformer), ("model", fit.estimator)])
    found = {"pipeline": pipeline, "classes": [int(k) for k in data.known], "weight": weight}
    return found if len(data.known) else {**found, "range": list(bounds(data.y))}


def prepared_names(transformer: Any) -> set[str]:
    """Return the names of the prepared columns that fitted features are made of."""
    names: set[str] = set()
    for name, step, columns in transformer.transformers_:
        if name != "remainder" and not isinstance(step, str):
            names.update([columns] if isinstance(columns, str) else map(str, columns))
    return names


def bundle_of(
    task: str, classes: list[str], frame: list[FrameEntry], members: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the dict that `bundle_file.load_bundle` reads from a model file."""
    return {"task": task, "classes": classes, "frame": frame, "members": members}
