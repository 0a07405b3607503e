"""Read and write model files; the source is copied beside exported and registered models.

A model file is a skops archive of one dict, the *bundle*: `frame` (how raw columns become features,
see `prepare`), `task`, `classes` (labels as text), `members` (fitted scikit-learn pipelines, each
with the indices of the classes that it knows, its weight and, for regression, the `range` that its
predictions are clipped to), `stack` if a stacking model is blended with their mean (then
`candidate` is each member's index in it), `temperature` if probabilities are calibrated,
`threshold` if costs of errors are given, `offset` if it is added to values, and `memory` if exact
duplicates of known rows are predicted from their targets (see `duplicate_row_lookup`).
"""

import importlib
import sys
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from pipeweave_dagster.core.model.catboost_model import CatBoosted, unpacked_booster
from pipeweave_dagster.core.model.category_encoders import encoders, packed, unpacked
from pipeweave_dagster.core.model.clipped import Clipped
from pipeweave_dagster.core.model.group_relative import GroupKeys, GroupRelative
from pipeweave_dagster.core.model.plug_in_model import PlugIn, unpacked_plug_in
from pipeweave_dagster.core.model.quick_encoding import QUICK_METHODS, encode_quickly
from pipeweave_dagster.core.model.trusted_types import ESTIMATORS, HOME, TRUSTED_TYPES

STEPS_GROUP = "pipeweave.steps"
"""Entry points of steps from other packages; installing a package means trusting its steps."""


def load_bundle(path: str | Path, plug_ins: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Read a model file without executing code in it; types outside the list raise.

    Steps of installed packages are allowed, too; foundation models only where `plug_ins` names
    them, with the path of the checkpoint on this machine.
    """
    _make_types_importable()
    steps = [point.value.replace(":", ".") for point in entry_points(group=STEPS_GROUP)]
    bundle: dict[str, Any] = load_archive(path, [*TRUSTED_TYPES, *steps])
    for encoder in encoders(bundle):
        encoder.categories_ = [unpacked(found) for found in encoder.categories_]
        encode_quickly(encoder)
    for member in bundle["members"]:
        if "catboost" in member:
            booster = unpacked_booster(member.pop("catboost"))
            member["pipeline"].steps[-1] = ("model", booster)
        if "plug_in" in member:
            model = unpacked_plug_in(member.pop("plug_in"), plug_ins or {})
            member["pipeline"].steps[-1] = ("model", model)
    return bundle


def load_archive(path: str | Path, trusted: list[str]) -> Any:
    """Load a skops archive that contains nothing but these types and those that skops trusts."""
    from skops.io import load
    from skops.io.exceptions import UntrustedTypesFoundException

    try:
        return load(path, trusted=[*trusted, *ESTIMATORS])
    except UntrustedTypesFoundException:
        return load(path, trusted=[*trusted, *estimators()])


def estimators() -> list[str]:
    """Return the names of all estimators of scikit-learn; the first call imports all of it."""
    from sklearn.utils import all_estimators

    found = (kind for _, kind in all_estimators())
    names = (f"{kind.__module__}.{kind.__qualname__}" for kind in found)
    return [name for name in names if name.startswith("sklearn.")]


def _make_types_importable() -> None:
    """Make own types of model files importable where PipeWeave is not installed."""
    try:
        importlib.import_module(HOME)
    except ModuleNotFoundError:
        sys.modules[HOME] = module_of_types()


def module_of_types() -> ModuleType:
    """Return a module with the own types of model files, under the name that these give it."""
    home = ModuleType(HOME)
    vars(home).update({kind.__name__: kind for kind in (Clipped, GroupKeys, GroupRelative)})
    return home


def save_bundle(bundle: dict[str, Any], path: str | Path) -> None:
    """Write a model file: a skops archive, without pickle.

    At the lowest compression level: a fifth to a tenth of the size, in a twentieth of the time.
    """
    from zipfile import ZIP_DEFLATED

    from skops.io import dump

    plain = [(encoder, dict(vars(encoder))) for encoder in encoders(bundle)]
    try:
        for encoder, _ in plain:
            encoder.categories_ = [packed(found) for found in encoder.categories_]
            for method in QUICK_METHODS:
                vars(encoder).pop(method, None)
        stored = {**bundle, "members": [storable(member) for member in bundle["members"]]}
        dump(stored, path, compression=ZIP_DEFLATED, compresslevel=1)
    finally:
        for encoder, state in plain:
            vars(encoder).update(state)


def storable(member: dict[str, Any]) -> dict[str, Any]:
    """Return a member that skops can store.

    CatBoost's own file replaces its model, and what it was given a model of another package.
    """
    model = member["pipeline"][-1]
    if not isinstance(model, CatBoosted | PlugIn):
        return member
    steps = [*member["pipeline"].steps[:-1], ("model", "passthrough")]
    plain = type(member["pipeline"])(steps)
    kind = "catboost" if isinstance(model, CatBoosted) else "plug_in"
    return {**member, "pipeline": plain, kind: model.packed()}
