"""A rollback to a version that cannot predict any more says why, and leaves the champion."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from catboost import CatBoostClassifier

from pipeweave_dagster.adapters.child_process import end_unused
from pipeweave_dagster.adapters.mlflow_store import log_training
from pipeweave_dagster.core.documents import Payload
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.model.bundle_file import load_bundle, save_bundle
from pipeweave_dagster.core.model.catboost_model import CatBoosted
from pipeweave_dagster.services.champion import champion_of, model_name, set_alias
from pipeweave_dagster.services.model_versions import load_origin, load_version, save_version
from pipeweave_dagster.services.promotion import roll_back
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster_tests.integration.stored_home import opened, unpack

# After test_home_of_0_2.py, whose worker it goes on with.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("home of 0.2")]
EARLIER = Path(__file__).parent / "earlier_release"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return unpack(EARLIER / "home-0.2.0.tar.xz", tmp_path)


@pytest.fixture(scope="module", autouse=True)
def _workers() -> Iterator[None]:
    """End what the workbenches of this file and of its group have left to the next one."""
    yield
    end_unused()


def registered(bench: Workbench, model: Path) -> None:
    """Register another version of the first one, with its own model file."""
    store, settings = bench.store, bench.settings
    old, evaluation = load_version(store, "penguins", "1")
    origin = load_origin(store, "penguins", "1")
    payload = Payload.of(model, old.model.media_type)
    store.storage.put_file(payload.key, model)
    new = bench.on_model(
        log_training,
        tracking_uri=settings.tracking_uri,
        artifact_root=settings.artifact_root,
        experiment="penguins",
        model_name=model_name("penguins"),
        trained=old.model_copy(update={"mlflow": None, "model": payload}),
        spec=origin[0],
        model=model,
        tags={},
    )
    save_version(store, "penguins", new, evaluation, origin)


def with_catboost(model: Path, path: Path) -> Path:
    """Write a model file with a model of CatBoost."""
    bundle = load_bundle(model)
    booster = CatBoostClassifier(iterations=1, verbose=False, allow_writing_files=False)
    booster.fit(np.arange(6.0)[:, None], [0, 1, 2] * 2)
    for member in bundle["members"]:
        member["pipeline"].steps[-1] = ("model", CatBoosted(booster, []))
    save_bundle(bundle, path)
    return path


def refused(bench: Workbench, champion: str) -> PipeWeaveError:
    """Return the error of a rollback, which leaves the champion."""
    with pytest.raises(PipeWeaveError) as caught:
        roll_back(bench, "penguins", "the test")
    assert champion_of(bench, "penguins").link.model_version == champion
    return caught.value


def test_a_damaged_model_file_is_named(home: Path, tmp_path: Path) -> None:
    with opened(home) as bench:
        first, _ = load_version(bench.store, "penguins", "1")
        copy = with_catboost(bench.store.payload(first.model), tmp_path / "model.skops")
        registered(bench, copy)
        set_alias(bench, "penguins", "2", "champion")
        bench.store.storage.put(first.model.key, b"damaged")
    with opened(home) as bench:
        error = refused(bench, "2")

    assert error.details["passed_over"].keys() == {"1"}
    assert "model.skops" in error.message
    assert "pipeweave models promote" in error.fix


def test_a_family_that_is_not_installed_is_named_with_its_package(
    home: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    with opened(home) as bench:
        first, _ = load_version(bench.store, "penguins", "1")
        model = bench.store.payload(first.model)
        registered(bench, with_catboost(model, tmp_path / "model.skops"))
        registered(bench, model)
        set_alias(bench, "penguins", "2", "champion")
        set_alias(bench, "penguins", "3", "champion")
    end_unused()  # a worker that starts now finds no CatBoost
    absent = tmp_path / "absent"
    absent.mkdir()
    missing = 'raise ModuleNotFoundError("No module named \'catboost\'", name="catboost")\n'
    (absent / "catboost.py").write_text(missing)
    monkeypatch.setenv("PYTHONPATH", str(absent), prepend=os.pathsep)
    monkeypatch.setattr("pipeweave_dagster.services.promotion.rollback_targets", lambda _: ["2"])
    with opened(home) as bench:
        error = refused(bench, "3")

    assert "the package `catboost`, which is not installed here" in error.message
    assert "pip install catboost" in error.message
    assert "pipeweave models promote" in error.fix
