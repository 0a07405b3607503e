"""Replay a registered model: fit it again from its recipe, and compare the two."""

from importlib import metadata
from pathlib import Path

from pydantic import BaseModel

from pipeweave_dagster.core.export import compare_models
from pipeweave_dagster.core.training import replay
from pipeweave_dagster.services.model_versions import load_origin, load_version
from pipeweave_dagster.services.workbench import Workbench


class ReplayedVersion(BaseModel):
    """A model fitted again, compared with the registered one on its test rows.

    `other_packages` names packages whose version has changed since the model was made: then, and
    on another kind of processor, a small difference is expected.
    """

    version: str
    winner: str
    rows: int
    equal: bool
    max_difference: float
    other_packages: dict[str, str]
    model: Path


def replay_version(
    workbench: Workbench, dataset: str, version: str, folder: Path
) -> ReplayedVersion:
    """Fit a version again on its training table, without a search or a time limit.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
        version: Registered version.
        folder: Empty folder for the model file.

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
        tested_like=store.payload(trained.tested_like) if trained.tested_like else None,
    )
    model = folder / refitted.name
    compared = workbench.on_model(
        compare_models,
        first=store.payload(trained.model),
        second=model,
        test_rows=store.payload(trained.test_rows),
    )
    return ReplayedVersion(
        version=version,
        winner=trained.winner,
        other_packages=_changed(trained.package_versions),
        model=model,
        **dict(compared),
    )


def _changed(made_with: dict[str, str]) -> dict[str, str]:
    """Return the packages whose version here differs, with both versions."""
    here = {name: metadata.version(name) for name in made_with}
    return {n: f"{made_with[n]}, here {here[n]}" for n in made_with if here[n] != made_with[n]}
