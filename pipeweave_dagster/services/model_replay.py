"""A registered model fitted again from its recipe, and compared with the one that is registered."""

from importlib import metadata
from pathlib import Path

from pydantic import BaseModel

from pipeweave_dagster.core.export import compare_models
from pipeweave_dagster.core.training import replay
from pipeweave_dagster.services.model_versions import load_origin, load_version
from pipeweave_dagster.services.workbench import Workbench


class Rebuilt(BaseModel):
    """A model fitted again, and how it compares with the registered one on its test rows.

    `other_packages` names what was installed in another version when the model was made: then,
    and on another kind of processor, a small difference is to be expected.
    """

    version: str
    winner: str
    rows: int
    equal: bool
    max_difference: float
    other_packages: dict[str, str]
    model: Path


def rebuild(workbench: Workbench, dataset: str, version: str, folder: Path) -> Rebuilt:
    """Fit a version again on the table it was made of; no search, no limit of time.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
        version: Registered version.
        folder: Empty folder that gets the model file.

    Raises:
        PipeWeaveError: NOT_FOUND if the version, its table or its pipeline is not in the storage.
    """
    store = workbench.store
    trained, _ = load_version(store, dataset, version)
    spec, snapshot = load_origin(store, dataset, version)
    refitted = workbench.on_model(
        replay,
        spec=spec,
        trained=trained,
        data=store.payload(snapshot.data),
        out=folder,
    )
    model = folder / refitted.name
    compared = workbench.on_model(
        compare_models,
        first=store.payload(trained.model),
        second=model,
        test_rows=store.payload(trained.test_rows),
    )
    return Rebuilt(
        version=version,
        winner=trained.winner,
        other_packages=_moved(trained.package_versions),
        model=model,
        **dict(compared),
    )


def _moved(made_with: dict[str, str]) -> dict[str, str]:
    """Packages whose version here is another one, with both versions."""
    here = {name: metadata.version(name) for name in made_with}
    return {n: f"{made_with[n]}, here {here[n]}" for n in made_with if here[n] != made_with[n]}
