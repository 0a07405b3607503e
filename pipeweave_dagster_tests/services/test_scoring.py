"""A run of predictions reads files to score of its own data set, and nothing else."""

from pathlib import Path

import pytest

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.scoring import fetch_batch
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings


@pytest.mark.parametrize(
    "key",
    [
        "../../../../etc/hostname",
        "/etc/hostname",
        "predict/other/x.csv",
        "predict/mine/../other/x.csv",
        "predict/x.csv",
        "uploads/mine/x.csv",
        "raw/" + "0" * 64,
        "datasets/mine/HEAD.json",
        "",
    ],
)
def test_other_files_are_refused(home: Path, tmp_path: Path, key: str) -> None:
    with Workbench(Settings()) as bench:
        for name in ("predict/other/x.csv", "predict/mine/x.csv", "uploads/mine/x.csv"):
            bench.store.storage.put(name, b"a\n1\n")
        with pytest.raises(PipeWeaveError) as caught:
            fetch_batch(bench, "mine", key, tmp_path)
        assert caught.value.code == "VALIDATION_ERROR"
        assert not (tmp_path / "batch").exists()
        raw, _ = fetch_batch(bench, "mine", "predict/mine/x.csv", tmp_path)
        assert raw.name == "x.csv"
