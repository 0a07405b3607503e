"""Load a model file in a process of PipeWeave, with the plug-ins that its settings name."""

import sys
from pathlib import Path
from typing import Any

from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.model.bundle_file import load_bundle, module_of_types
from pipeweave_dagster.core.model.plug_in_model import PlugInError
from pipeweave_dagster.core.model.plug_ins import plug_ins
from pipeweave_dagster.core.model.trusted_types import HOME


def load_model(path: str | Path) -> dict[str, Any]:
    """Return the content of a model file, see `bundle_file`.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if it needs a plug-in that is not named in the settings,
            or whose checkpoint is missing or another one, or a package that is not installed.
    """
    # The path in model files leads to their types without the import of the package of training.
    if HOME not in sys.modules:
        sys.modules[HOME] = module_of_types()
    try:
        return load_bundle(path, plug_ins())
    except PlugInError as error:
        raise validation_error(
            str(error),
            fix="Name the plug-in and the same checkpoint in PIPEWEAVE_MODEL_PLUG_INS, or train "
            "the model again.",
        ) from error
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        raise validation_error(
            f"The model needs the package `{package}`, which is not installed here"
            f" (pip install {package}).",
            fix="Install the package for the Python that runs PipeWeave, or train the model again.",
            package=package,
        ) from error
