"""PipeWeave: an ML workbench on Dagster. One table in; data, report, model and predictions out.

In a notebook or script, without Dagster and without a server:

    import pipeweave_dagster as pw

    model = pw.Dataset("titanic.csv", target="survived").train(time_budget=60)
    model.predict("new_passengers.csv")
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeweave_dagster.notebook import Dataset, Model, load, read

__all__ = ["Dataset", "Model", "load", "read"]


def __getattr__(name: str) -> Any:
    # Dagster imports this package for its definitions, which need none of these.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pipeweave_dagster import notebook

    return getattr(notebook, name)


def __dir__() -> list[str]:
    return sorted(__all__)
