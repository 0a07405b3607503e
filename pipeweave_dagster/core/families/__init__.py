"""Model families: one object each, in one file each.

A family is added by one file and its line in `_BUILT_IN`. Loading this package imports no
library of any family: their modules state facts, and import when they fit.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pipeweave_dagster.core.families import (
    catboost,
    dummy,
    forests,
    hist_gradient_boosting,
    lightgbm,
    linear,
    mlp,
    neighbours,
    svm,
    xgboost,
)
from pipeweave_dagster.core.families.base import Family
from pipeweave_dagster.core.families.fit import Fit, Rows
from pipeweave_dagster.core.families.plug_in import PlugInFamily, plug_in_family
from pipeweave_dagster.core.model.plug_ins import set_plug_ins

# In the order in which pipelines list them.
_BUILT_IN: tuple[Family, ...] = (
    dummy.FAMILY,
    linear.FAMILY,
    hist_gradient_boosting.FAMILY,
    lightgbm.FAMILY,
    xgboost.FAMILY,
    forests.RANDOM_FOREST,
    forests.EXTRA_TREES,
    neighbours.FAMILY,
    mlp.FAMILY,
    svm.FAMILY,
    catboost.FAMILY,
)
_registered: dict[str, Family] = {family.name: family for family in _BUILT_IN}
FAMILIES: Mapping[str, Family] = MappingProxyType(_registered)
"""All known families by name, also those whose package is not installed here."""
BUILT_IN = tuple(family.name for family in _BUILT_IN)
"""Names of the families that come with PipeWeave."""
DEFAULT_FAMILIES = tuple(family.name for family in _BUILT_IN if family.extra is None)
"""Names of the families that every installation has."""


def installed_families() -> tuple[str, ...]:
    """Return the names of the families that can be fitted here."""
    return tuple(name for name, family in FAMILIES.items() if family.is_installed)


def monotone_families() -> tuple[str, ...]:
    """Return the names of the families whose predictions can be constrained to be monotone.

    Linear models have one slope per column, but scikit-learn cannot bound the sign of some of them;
    its forests take no missing values under a constraint; the others know of none.
    """
    return tuple(name for name, family in FAMILIES.items() if family.supports_monotone)


def family_of(estimator: Any) -> Family | None:
    """Return the family of a fitted estimator; None if it is of none (or of a log target)."""
    return next((family for family in FAMILIES.values() if family.owns(estimator)), None)


def register(family: Family) -> None:
    """Add a family at run time, for one that does not come with PipeWeave.

    It holds for this process only: whatever plans, trains, replays, explains or exports must
    register it first. Built-in families are listed in this module instead, so that no process
    depends on who was imported before. Types of its model files that skops does not know must be
    in `trusted_types.MODEL_TYPES`, for models are read by copies of that file alone.

    Raises:
        ValueError: If there is a family of that name.
    """
    if family.name in _registered:
        raise ValueError(f"there is a model family `{family.name}` already")
    _registered[family.name] = family


def unregister(name: str) -> None:
    """Remove a family that was added by `register`.

    Raises:
        ValueError: If the family is built in, or unknown.
    """
    if name not in _registered or _registered[name] in _BUILT_IN:
        raise ValueError(f"no model family `{name}` was registered")
    del _registered[name]


def use_plug_ins(checkpoints: Mapping[str, str]) -> None:
    """Let this process use foundation models of other packages: exactly these.

    Nothing is imported: each is loaded when it is fitted, or when a model file needs it. What
    plans, trains, explains or scores must have named it.

    Args:
        checkpoints: Path of the local weights of each, by the name of its entry point.

    Raises:
        ValueError: If a name is that of another family.
    """
    for name, family in list(_registered.items()):
        if isinstance(family, PlugInFamily):
            del _registered[name]
    for name, checkpoint in checkpoints.items():
        register(plug_in_family(name, checkpoint))
    set_plug_ins(checkpoints)


__all__ = [
    "BUILT_IN",
    "DEFAULT_FAMILIES",
    "FAMILIES",
    "Family",
    "Fit",
    "PlugInFamily",
    "Rows",
    "family_of",
    "installed_families",
    "monotone_families",
    "register",
    "unregister",
    "use_plug_ins",
]
