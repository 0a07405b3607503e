"""An exported model predicts in an environment that has the packages of its lock file alone."""

import subprocess
import venv
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.export.folder import export_model
from pipeweave_dagster.core.model.bundle_file import load_bundle
from pipeweave_dagster.core.model.bundle_scores import raw_scores
from pipeweave_dagster_tests.factories import make_snapshot, train_small_model

pytestmark = pytest.mark.slow


def environment_of(lock: Path, folder: Path) -> Path:
    """A new environment with links to the installed packages that a lock file pins.

    Returns:
        Its interpreter.
    """
    venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
    (site,) = folder.glob("lib/python*/site-packages")
    for line in lock.read_text().splitlines():
        name, _, pin = line.partition("==")
        found = distribution(name)
        assert found.version == pin, line
        for top in {file.parts[0] for file in found.files or () if file.parts[0] != ".."}:
            target = site / top
            if not target.exists():
                target.symlink_to(Path(str(found.locate_file(top))))
    return folder / "bin" / "python"


def test_a_model_predicts_with_the_packages_of_its_lock_file_alone(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"x": rng.normal(size=200), "town": rng.choice(["a", "b"], 200)})
    frame["y"] = np.where(frame["x"] + (frame["town"] == "a") > 0.5, "yes", "no")
    spec, trained, out = train_small_model(frame, "y", "binary", tmp_path, families=["linear"])
    trained = trained.of_table(make_snapshot(frame))
    folder = tmp_path / "model"
    export_model(out / "model.skops", None, trained, spec, folder)
    python = environment_of(folder / "requirements.lock", tmp_path / "fresh")
    rows = tmp_path / "rows.csv"
    frame.drop(columns="y").to_csv(rows, index=False)

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        command = [str(python), "-I", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)

    assert run("-c", "import pipeweave_dagster").returncode != 0
    assert run("-c", "import dagster").returncode != 0
    done = run("score.py", str(rows), "told.csv")
    assert done.returncode == 0, done.stderr
    told = pd.read_csv(folder / "told.csv")
    expected = raw_scores(load_bundle(out / "model.skops"), frame)
    probabilities = told[["probability_no", "probability_yes"]].to_numpy()
    np.testing.assert_allclose(probabilities, expected, rtol=0, atol=1e-12)
