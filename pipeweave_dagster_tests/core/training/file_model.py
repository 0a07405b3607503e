"""From the text of a file to a model, its predictions and its exported folder."""

import time
from dataclasses import dataclass
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet as pq

from pipeweave_dagster.core.documents import (
    DatasetSettings,
    Findings,
    PipelineSpec,
    RawFile,
    RawUpload,
    SchemaDeduction,
    TrainedModel,
)
from pipeweave_dagster.core.ingest import ingest, read_aligned
from pipeweave_dagster.core.pipelines import plan
from pipeweave_dagster.core.prediction import predict
from pipeweave_dagster.core.prediction.outputs import write_outputs
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster.core.schema import deduce
from pipeweave_dagster.core.training import train


@dataclass
class FileModel:
    """A model of one file; `data` is its typed table, `out` the folder of the model."""

    findings: Findings
    schema: SchemaDeduction
    spec: PipelineSpec
    trained: TrainedModel
    data: Path
    out: Path


def model_of(
    content: bytes | str, folder: Path, name="a.csv", families=("linear",), **settings
) -> FileModel:
    """Read, inspect and train quickly, as a run does."""
    given = DatasetSettings.model_validate({"target": "y", **settings})
    path, typed, out = folder / name, folder / "typed", folder / "out"
    typed.mkdir()
    out.mkdir()
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    file = RawFile(name=name, sha256="0" * 64, size_bytes=path.stat().st_size)
    upload = RawUpload(dataset="a", files=[file], settings=given)
    snapshot = ingest(upload, [path], typed)
    data = typed / "data.parquet"
    schema = deduce(snapshot, data, given)
    findings = inspect(snapshot, schema, data, given)
    spec = plan(snapshot, schema, findings, given)
    search = {"families": [*families], "variants": False}
    steps = [
        s.model_copy(update={"params": search}) if s.kind == "train" else s for s in spec.steps
    ]
    split = spec.split.model_copy(update={"folds": 3})
    spec = spec.model_copy(update={"steps": steps, "split": split})
    trained = train(spec=spec, data=data, out=out, budget_s=60, started_at=time.monotonic())
    known = [c for c in snapshot.columns if c.name in trained.features]
    trained = trained.model_copy(update={"columns": known})
    return FileModel(findings, schema, spec, trained, data, out)


def predictions(model: FileModel, content: bytes | str, folder: Path, name="b.csv"):
    """Predict a file; return the rows of the Parquet output and the CSV output as texts."""
    batch = folder / "batch"
    batch.mkdir()
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    read_aligned(path, name, model.trained.columns, batch)
    predict(model.out / "model.skops", model.trained, batch / "data.parquet", folder)
    write_outputs(folder / "predictions.parquet", folder, {"run": "r"})
    as_text = pyarrow.csv.ConvertOptions(column_types={"prediction": "string"})
    lines = pyarrow.csv.read_csv(folder / "output.csv", convert_options=as_text).to_pylist()
    return pq.read_table(folder / "output.parquet").to_pylist(), lines
