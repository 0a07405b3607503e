"""PipeWeave: an ML workbench on Dagster. One table in; data, report, model and predictions out.

In a notebook or script, without Dagster and without a server:

    import pipeweave_dagster as pw

    model = pw.Dataset("titanic.csv", target="survived").train(time_budget=60)
    model.predict("new_passengers.csv")
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeweave_dagster.notebook.dataset import Dataset, read
    from pipeweave_dagster.notebook.estimators import AutoClassifier, AutoRegressor
    from pipeweave_dagster.notebook.model import Model, load

__all__ = ["AutoClassifier", "AutoRegressor", "Dataset", "Model", "load", "read"]
_MODULES = {
    "AutoClassifier": "estimators",
    "AutoRegressor": "estimators",
    "Dataset": "dataset",
    "Model": "model",
    "load": "model",
    "read": "dataset",
}


def __getattr__(name: str) -> Any:
    # Dagster imports this package for its definitions, which need none of these.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"pipeweave_dagster.notebook.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
