"""PipeWeave's own line without the orchestrator: read, deduce, inspect, plan, train, predict."""

import sys
import tempfile
from pathlib import Path

import pandas as pd

from pipeweave_dagster.core.documents import DatasetSettings, RawFile, RawUpload
from pipeweave_dagster.core.ingest import ingest, read_aligned
from pipeweave_dagster.core.pipelines import plan
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster.core.schema import deduce
from pipeweave_dagster.core.training import predict, train

_METRIC = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}


def main(folder: Path, out: Path, began: float, budget: float) -> None:
    """Train on `train.csv`, write the predictions for `test.csv`."""
    work = Path(tempfile.mkdtemp())
    for name in ("data", "model", "batch", "scored"):
        (work / name).mkdir()
    task = (folder / "task.txt").read_text()
    settings = DatasetSettings(target="target", task=task, metric=_METRIC[task])
    file = folder / "train.csv"
    raw = RawFile(name="train.csv", sha256="0" * 64, size_bytes=file.stat().st_size)
    upload = RawUpload(dataset="train", files=[raw], settings=settings)
    snapshot = ingest(upload=upload, files=[file], out=work / "data")
    data = work / "data" / snapshot.data.name
    schema = deduce(snapshot=snapshot, data=data, settings=settings)
    findings = inspect(snapshot=snapshot, schema=schema, data=data, settings=settings)
    spec = plan(snapshot=snapshot, schema=schema, findings=findings, settings=settings)
    # Reading and scoring the test rows is on the same clock.
    model = train(
        spec=spec,
        schema=schema,
        data=data,
        out=work / "model",
        budget_s=budget - 2.0,
        started_at=began,
    )
    batch = read_aligned(
        file=folder / "test.csv", name="test.csv", columns=snapshot.columns, out=work / "batch"
    )
    scored = predict(
        model=work / "model" / model.model.name,
        trained=model,
        data=work / "batch" / batch.data.name,
        out=work / "scored",
    )
    pd.read_parquet(work / "scored" / scored.predictions.name).to_csv(out, index=False)


main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))
