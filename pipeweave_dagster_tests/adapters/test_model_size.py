"""What a training leaves stays below its limits: the model file, and the cache of trials."""

import os
from types import SimpleNamespace

import pytest

from pipeweave_dagster.core.documents import Payload, TrainedModel
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.training import train
from pipeweave_dagster.services import training
from pipeweave_dagster.services.training import check_size, train_and_log, trials_folder


def model_of(megabytes):
    file = Payload(name="model.skops", sha256="0" * 64, size_bytes=megabytes * 2**20)
    return TrainedModel.model_construct(model=file)


def test_a_model_of_2049_mb_is_refused_and_one_of_2048_is_not():
    check_size(model_of(2048), 2048)
    with pytest.raises(PipeWeaveError, match=r"2,049 MB.*MAX_MODEL_SIZE_MB") as caught:
        check_size(model_of(2049), 2048)
    assert caught.value.code == "VALIDATION_ERROR"


def test_nothing_is_uploaded_of_a_model_that_is_too_large(tmp_path):
    """The run ends between training and the registry."""
    asked = []

    def on_model_within(_limit_s, function, **arguments):
        asked.append((function.__name__, arguments.get("status")))
        return model_of(2049) if function is train else None

    part = SimpleNamespace(sha256="0" * 64)
    bench = SimpleNamespace(
        settings=SimpleNamespace(
            max_model_size_mb=2048,
            cache_folder=tmp_path,
            tracking_uri="",
            artifact_root=None,
            run_limit_s=lambda _: 3600,
        ),
        store=SimpleNamespace(payload=lambda _: tmp_path),
        began=0.0,
        on_model_within=on_model_within,
        free_mb=lambda: None,
    )
    snapshot = SimpleNamespace(data=part, columns=[])
    with pytest.raises(PipeWeaveError, match="2,049 MB"):
        train_and_log(bench, "towns", (part, None, snapshot), tmp_path, 10.0, {})
    assert asked == [("train", None), ("record_end", "FAILED")]


def test_the_cache_of_trials_keeps_the_youngest_folders_below_its_limits(tmp_path, monkeypatch):
    bench = SimpleNamespace(settings=SimpleNamespace(cache_folder=tmp_path))
    spec, snapshot = SimpleNamespace(sha256="s"), SimpleNamespace(data=SimpleNamespace(sha256="d"))
    for age in range(30):
        folder = tmp_path / "trials" / f"run{age:02}"
        folder.mkdir(parents=True)
        (folder / "trial").write_bytes(b"x" * 1000)
        os.utime(folder, (1e9 - age, 1e9 - age))
    assert trials_folder(bench, spec, snapshot).parent == tmp_path / "trials"
    kept = sorted(p.name for p in (tmp_path / "trials").iterdir())
    assert kept == [f"run{age:02}" for age in range(19)]
    monkeypatch.setattr(training, "_KEPT_BYTES", 5_500)
    trials_folder(bench, spec, snapshot)
    kept = sorted(p.name for p in (tmp_path / "trials").iterdir())
    assert kept == [f"run{age:02}" for age in range(5)]
