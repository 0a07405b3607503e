"""Foundation models of other packages, whose weights stay in a local file.

The source is copied beside exported and registered models.
"""

import hashlib
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import numpy as np

MODELS_GROUP = "pipeweave.models"
"""Entry points of foundation models from other packages; only those that are named are loaded."""


class PlugInError(ValueError):
    """A model needs a plug-in that is not allowed here, or whose checkpoint is not the same."""


class PlugIn:
    """A foundation model of another package, with scikit-learn's interface.

    Its weights stay in a local file, the checkpoint. A model file has the rows that it was given,
    which are all that it learns, and the hash of the checkpoint.

    Args:
        name: Its entry point.
        package: The distribution that it comes from.
        checkpoint: Path of the weights.
        sha256: Their hash; None takes that of the file.
        how: Keyword arguments of its `fit`: `categorical` (positions of category codes), `classes`
            (0 for values) and `seed`.
    """

    def __init__(
        self,
        name: str,
        package: str,
        checkpoint: str,
        sha256: str | None = None,
        how: dict[str, Any] | None = None,
    ) -> None:
        found = file_sha256(checkpoint)
        if found is None:
            raise PlugInError(f"The checkpoint {checkpoint} of the model `{name}` does not exist.")
        if sha256 is not None and found != sha256:
            raise PlugInError(
                f"The checkpoint {checkpoint} of the model `{name}` is another one than that which "
                f"the model was trained with (SHA-256 {found[:12]}…, not {sha256[:12]}…)."
            )
        self.name, self.package, self.checkpoint, self.sha256 = name, package, checkpoint, found
        self.how = how or {}
        self.model = plug_in_type(name)(Path(checkpoint))

    def fit(self, x: Any, y: Any) -> "PlugIn":
        """Give it the rows."""
        self.x, self.y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        self.model.fit(self.x, self.y, **self.how)
        return self

    def predict(self, x: Any) -> np.ndarray:
        """Predict values, shape (rows,)."""
        return np.asarray(self.model.predict(np.asarray(x, dtype=np.float64)), dtype=np.float64)

    def predict_proba(self, x: Any) -> np.ndarray:
        """Predict probabilities, shape (rows, classes)."""
        found = self.model.predict_proba(np.asarray(x, dtype=np.float64))
        return np.asarray(found, dtype=np.float64)

    def packed(self) -> dict[str, Any]:
        """Return plain values from which `unpacked_plug_in` restores it, by its package."""
        names = ("name", "checkpoint", "sha256", "how", "x", "y")
        return {self.package: {name: getattr(self, name) for name in names}}


def unpacked_plug_in(packed: dict[str, Any], allowed: Mapping[str, str]) -> PlugIn:
    """Restore the model from the values of `PlugIn.packed`.

    Args:
        packed: These values.
        allowed: The plug-ins that may be loaded, and the checkpoint of each on this machine.

    Raises:
        PlugInError: If it is not among them, or the checkpoint is missing or another one.
    """
    ((package, facts),) = packed.items()
    name = facts["name"]
    if name not in allowed:
        raise PlugInError(
            f"The model needs the plug-in `{name}` of the package {package}, which is not allowed "
            "here: PIPEWEAVE_MODEL_PLUG_INS does not name it."
        )
    made = PlugIn(name, package, str(allowed[name]), facts["sha256"], facts["how"])
    return made.fit(facts["x"], facts["y"])


def plug_in_type(name: str) -> Any:
    """Return the type of a foundation model; imports its package.

    Raises:
        PlugInError: If no installed package offers it.
    """
    point = next((p for p in entry_points(group=MODELS_GROUP) if p.name == name), None)
    if point is None:
        raise PlugInError(
            f"No installed package offers a model `{name}` (entry points `{MODELS_GROUP}`)."
        )
    return point.load()


_hashes: dict[tuple[str, int, int], str] = {}


def file_sha256(path: str | Path) -> str | None:
    """Return the SHA-256 of a file, remembered while size and time stay; None if it is absent."""
    try:
        stat = Path(path).stat()
        key = (str(path), stat.st_size, stat.st_mtime_ns)
        if key not in _hashes:
            with Path(path).open("rb") as file:
                _hashes[key] = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
    return _hashes[key]
