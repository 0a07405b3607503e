"""A model file that is larger than the limit is refused before it is uploaded."""

from types import SimpleNamespace

import pytest

from pipeweave_dagster.adapters.dask_cluster import train_on_cluster
from pipeweave_dagster.core.documents import Payload, TrainedModel
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.training import train
from pipeweave_dagster.services.training import check_size, train_and_log


def model_of(megabytes):
    file = Payload(name="model.skops", sha256="0" * 64, size_bytes=megabytes * 2**20)
    return TrainedModel.model_construct(model=file)


def bench_of(folder, on_model_within, *, engine=None, storage=None):
    """A workbench whose calls are answered here."""
    return SimpleNamespace(
        settings=SimpleNamespace(
            max_model_size_mb=2048,
            cache_folder=folder,
            tracking_uri="",
            artifact_root=None,
            run_limit_s=lambda _: 3600,
            engine=engine,
        ),
        store=SimpleNamespace(payload=lambda _: folder, storage=storage),
        began=0.0,
        on_model=lambda function, **arguments: on_model_within(0, function, **arguments),
        on_model_within=on_model_within,
        free_mb=lambda: None,
    )


def spec_of(sha256):
    """A pipeline of which only the digest is read, whatever it is trained for."""
    spec = SimpleNamespace(sha256=sha256)
    spec.model_copy = lambda update: spec
    return spec


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

    part = spec_of("0" * 64)
    bench = bench_of(tmp_path, on_model_within)
    snapshot = SimpleNamespace(data=part, columns=[])
    with pytest.raises(PipeWeaveError, match="2,049 MB"):
        train_and_log(bench, "towns", (part, snapshot), tmp_path, 10.0, {})
    # A new store of MLflow is made on the time of the training.
    assert asked == [("prepare_store", None), ("train", None), ("record_end", "FAILED")]


@pytest.mark.parametrize(
    ("local", "table"),
    [(True, "{folder}"), (False, "s3://bucket/root/payloads/{sha}/data.parquet")],
)
def test_workers_of_a_cluster_are_told_where_they_can_read_the_table(tmp_path, local, table):
    asked = []

    def on_model_within(_limit_s, function, **arguments):
        asked.append((function, arguments.get("address"), arguments.get("table")))
        return model_of(2049) if function is train_on_cluster else None

    data = Payload(name="data.parquet", sha256="1" * 64, size_bytes=1)
    storage = SimpleNamespace(
        url="s3://bucket/root", local_path=lambda _: tmp_path if local else None
    )
    bench = bench_of(tmp_path, on_model_within, engine="dask://127.0.0.1:8786", storage=storage)
    plan = (spec_of("0" * 64), SimpleNamespace(data=data, columns=[]))
    with pytest.raises(PipeWeaveError, match="2,049 MB"):
        train_and_log(bench, "towns", plan, tmp_path, 10.0, {})
    expected = table.format(folder=tmp_path, sha="1" * 64)
    assert asked[1] == (train_on_cluster, "dask://127.0.0.1:8786", expected)
