"""PipeWeave: an ML workbench on Dagster. One table in; data, report, model and predictions out.

In a notebook or script, without Dagster and without a server:

    import pipeweave_dagster as pw

    model = pw.Dataset("titanic.csv", target="survived").train(time_budget=60)
    model.predict("new_passengers.csv")

In a Dagster project, `pipeweave_dagster.Workbench` is a component (`dg scaffold defs`).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeweave_dagster.component import Workbench
    from pipeweave_dagster.core.errors import PipeWeaveError
    from pipeweave_dagster.notebook.dataset import Dataset, read
    from pipeweave_dagster.notebook.estimators import AutoClassifier, AutoRegressor, FindingWarning
    from pipeweave_dagster.notebook.model import Model, load

__all__ = [
    "AutoClassifier",
    "AutoRegressor",
    "Dataset",
    "FindingWarning",
    "Model",
    "PipeWeaveError",
    "Workbench",
    "load",
    "read",
]
_MODULES = {
    "AutoClassifier": "notebook.estimators",
    "AutoRegressor": "notebook.estimators",
    "Dataset": "notebook.dataset",
    "FindingWarning": "notebook.estimators",
    "Model": "notebook.model",
    "PipeWeaveError": "core.errors",
    "Workbench": "component",
    "load": "notebook.model",
    "read": "notebook.dataset",
}


def __getattr__(name: str) -> Any:
    # Dagster imports this package for its definitions, which need none of these.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"pipeweave_dagster.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
