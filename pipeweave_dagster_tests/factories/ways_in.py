"""A small linear model of a file, and the ways in which rows to score come to it."""

import io
import shutil
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pipeweave_dagster.core.documents import PipelineSpec, RawFile, RawUpload, TrainedModel
from pipeweave_dagster.core.export.folder import export_model
from pipeweave_dagster.core.ingest import ColumnMatcher, ingest, read_aligned
from pipeweave_dagster.core.ingest.types.batch_forms import reading_of
from pipeweave_dagster.core.model.predict_rows import PredictedRows, predict_rows
from pipeweave_dagster.core.model.serving import exact_frame, load_bundle
from pipeweave_dagster.core.prediction import BatchPolicy, HeldRows, predict
from pipeweave_dagster.core.prediction.scored_rows import ScoredRows
from pipeweave_dagster.notebook.model import Model
from pipeweave_dagster.notebook.scratch_folder import ScratchFolder
from pipeweave_dagster_tests.factories.training import train_small_model


@dataclass
class FileScores:
    """The predictions of a file, the rows as they were read, and what was reported."""

    predictions: pd.DataFrame
    rows: pd.DataFrame
    scored: ScoredRows
    notes: list[str]
    set_missing: dict[str, int]


@dataclass
class FileModel:
    """A model of a file."""

    trained: TrainedModel
    spec: PipelineSpec
    model: Path
    folder: Path

    def by_file(
        self, content: str | bytes, name: str = "batch.csv", policy: BatchPolicy | None = None
    ) -> FileScores:
        """Predict a file, as the command line and the landing zone do."""
        work = self.folder / f"batch{len(list(self.folder.glob('batch*')))}"
        (work / "read").mkdir(parents=True)
        (work / "file").write_bytes(content.encode() if isinstance(content, str) else content)
        snapshot = read_aligned(
            file=work / "file",
            name=name,
            columns=self.trained.columns,
            out=work / "read",
            matcher=ColumnMatcher(
                tuple(self.trained.table), self.trained.target, tuple(policy.keep if policy else ())
            ),
        )
        data = work / "read" / "data.parquet"
        files = {n: self.model.with_name(f"{n}.parquet") for n in ("test_rows", "reference")}
        scored = predict(
            self.model, self.trained, data, work, policy=policy, held=HeldRows(**files)
        )
        return FileScores(
            predictions=pd.read_parquet(work / "predictions.parquet").drop(columns="row_id"),
            rows=_rows(data),
            scored=scored,
            notes=[*snapshot.notes, *scored.notes],
            set_missing=snapshot.set_missing,
        )

    def by_rows(self, rows: Any) -> PredictedRows:
        """Predict rows in Python, as the exported and the registered model do."""
        return predict_rows(load_bundle(self.model), reading_of(self.trained), rows)

    def exported(self) -> Path:
        """Export the model, once."""
        target = self.folder / "exported"
        if not target.exists():
            export_model(self.model, None, self.trained, self.spec, target)
        return target

    def in_notebook(self) -> Model:
        """Return the model as the Python interface has it."""
        scratch = ScratchFolder()
        shutil.copyfile(self.model, scratch.path / "model.skops")
        return Model(self.trained, None, scratch)

    def in_mlflow(self) -> Any:
        """Save the model as the registry does, and load it as a client of MLflow does."""
        import mlflow

        from pipeweave_dagster.adapters.mlflow_store.pyfunc_model import model_parts

        (files := self.folder / "files").mkdir()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parts = model_parts(self.trained, self.model, files)
            mlflow.pyfunc.save_model(self.folder / "mlflow", **parts)
            return mlflow.pyfunc.load_model(str(self.folder / "mlflow"))


def _rows(data: Path) -> pd.DataFrame:
    from pyarrow import parquet

    return exact_frame(parquet.read_table(data))


def text_rows(content: str, delimiter: str = ",") -> pd.DataFrame:
    """Return the rows of a file as a frame of texts."""
    return pd.read_csv(io.StringIO(content), sep=delimiter, dtype=str, keep_default_na=False)


def file_model(content: str, target: str, task: str, folder: Path, **schema: Any) -> FileModel:
    """Read a file, and train a linear model of it."""
    file, read = folder / "train.csv", folder / "read"
    read.mkdir(parents=True)
    file.write_text(content, encoding="utf-8")
    raw = RawFile(name=file.name, sha256="0" * 64, size_bytes=file.stat().st_size)
    snapshot = ingest(RawUpload(dataset="d", files=[raw]), [file], read)
    frame = _rows(read / "data.parquet")
    kinds = {"date": "datetime", "time": "datetime", "boolean": "boolean"}
    types = {c.name: kinds[c.type] for c in snapshot.columns if c.type in kinds}
    spec, trained, out = train_small_model(
        frame, target, task, folder, families=["linear"], budget_s=20,
        types=types | schema.pop("types", {}), **schema,
    )  # fmt: skip
    used = [c for c in snapshot.columns if c.name in trained.features]
    table = [c.name for c in snapshot.columns]
    trained = trained.model_copy(update={"columns": used, "table": table})
    return FileModel(trained, spec, out / "model.skops", folder)
