"""An exported model scores as PipeWeave does, where PipeWeave cannot be imported."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.training import predict
from pipeweave_dagster.core.training.export import export_model
from pipeweave_dagster_tests.core.training.made import stored
from pipeweave_dagster_tests.core.training.test_train import trained

ALONE = "import sys, runpy; sys.modules['pipeweave_dagster'] = None; sys.argv = sys.argv[1:]; "
ALONE += "runpy.run_path(sys.argv[0], run_name='__main__')"


@pytest.mark.parametrize(
    ("name", "target", "task", "family"),
    [
        ("penguins", "species", "multiclass", "linear"),
        ("student_math", "G3", "regression", "lightgbm"),
    ],
)
def test_predictions_are_equal(name, target, task, family, examples, tmp_path):
    frame = pd.read_csv(examples / f"{name}.csv")
    spec, model, out = trained(frame, target, task, tmp_path, families=[family])
    export_model(out / "model.skops", model, spec, tmp_path / "alone")
    rows = stored(frame, tmp_path)
    subprocess.run(
        [sys.executable, "-c", ALONE, tmp_path / "alone" / "score.py", rows, tmp_path / "p.csv"],
        check=True,
    )
    (tmp_path / "scored").mkdir()
    predict(model=out / "model.skops", trained=model, data=rows, out=tmp_path / "scored")
    ours = pd.read_parquet(tmp_path / "scored" / "predictions.parquet")
    theirs = pd.read_csv(tmp_path / "p.csv")
    assert list(theirs.columns) == list(ours.columns)
    for column in theirs.select_dtypes("number"):
        np.testing.assert_allclose(theirs[column], ours[column], atol=1e-9)
    needed = (tmp_path / "alone" / "requirements.txt").read_text()
    assert "scikit-learn==" in needed
    assert "pipeweave" not in needed
