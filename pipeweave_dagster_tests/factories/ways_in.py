"""A small linear model of a file, and the ways in which rows to score come to it."""

import io
import shutil
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import SecretStr

from pipeweave_dagster.core.documents import (
    DatasetSettings,
    PipelineSpec,
    RawFile,
    RawUpload,
    TrainedModel,
)
from pipeweave_dagster.core.export.folder import export_model
from pipeweave_dagster.core.hidden_values import notes_without_values
from pipeweave_dagster.core.ingest import ColumnMatcher, ingest, read_aligned
from pipeweave_dagster.core.ingest.types.batch_forms import reading_of
from pipeweave_dagster.core.model.bundle_file import load_bundle
from pipeweave_dagster.core.model.exact_numbers import exact_frame
from pipeweave_dagster.core.model.predict_rows import PredictedRows, predict_rows
from pipeweave_dagster.core.prediction import BatchPolicy, HeldRows, policy_of, predict
from pipeweave_dagster.core.prediction.loaded_model import LoadedModel
from pipeweave_dagster.core.prediction.score_rows import RowScorer, ScoredRequest
from pipeweave_dagster.core.prediction.scored_rows import ScoredRows
from pipeweave_dagster.core.prediction.what_if import RowPrediction, predict_row
from pipeweave_dagster.notebook.model import Model
from pipeweave_dagster.notebook.scratch_folder import ScratchFolder
from pipeweave_dagster_tests.factories.training import train_small_model

NO_SETTINGS = DatasetSettings()


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
    settings: DatasetSettings = NO_SETTINGS
    key: SecretStr | None = None

    @property
    def held(self) -> HeldRows:
        """The rows that belong to the model."""
        files = {n: self.model.with_name(f"{n}.parquet") for n in ("test_rows", "reference")}
        return HeldRows(**files)

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
                tuple(self.trained.table),
                self.trained.target,
                tuple(policy.keep if policy else ()),
                hashed=tuple(policy.hashed if policy else ()),
            ),
            key=self.key,
        )
        data = work / "read" / "data.parquet"
        scored = predict(self.model, self.trained, data, work, policy=policy, held=self.held)
        return FileScores(
            predictions=pd.read_parquet(work / "predictions.parquet").drop(columns="row_id"),
            rows=_rows(data),
            scored=scored,
            notes=[*notes_without_values(snapshot.notes, self.trained.hidden), *scored.notes],
            set_missing=snapshot.set_missing,
        )

    def by_rows(self, rows: Any) -> PredictedRows:
        """Predict rows in Python, as the exported and the registered model do."""
        key = self.key.get_secret_value() if self.key else None
        return predict_rows(load_bundle(self.model), reading_of(self.trained), rows, key)

    def by_request(self, rows: Any) -> ScoredRequest:
        """Predict rows as the model server does."""
        policy = policy_of(self.settings, self.trained)
        loaded = LoadedModel(self.model, self.trained, policy, self.held)
        return RowScorer(loaded, self.key).score(rows)

    def by_page(self, row: dict[str, str | None]) -> RowPrediction:
        """Predict one row as the page to try a model does."""
        policy = policy_of(self.settings, self.trained)
        return predict_row(self.model, self.trained, row, policy, self.held, self.key)

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


def file_model(
    content: str,
    target: str,
    task: str,
    folder: Path,
    *,
    settings: DatasetSettings = NO_SETTINGS,
    key: SecretStr | None = None,
    **schema: Any,
) -> FileModel:
    """Read a file, and train a model of it, linear unless `families` are given."""
    file, read = folder / "train.csv", folder / "read"
    read.mkdir(parents=True)
    file.write_text(content, encoding="utf-8")
    raw = RawFile(name=file.name, sha256="0" * 64, size_bytes=file.stat().st_size)
    upload = RawUpload(dataset="d", files=[raw], settings=settings)
    snapshot = ingest(upload, [file], read, key=key)
    frame = _rows(read / "data.parquet")
    kinds = {"date": "datetime", "time": "datetime", "boolean": "boolean"}
    types = {c.name: kinds[c.type] for c in snapshot.columns if c.type in kinds}
    spec, trained, out = train_small_model(
        frame, target, task, folder, budget_s=20, types=types | schema.pop("types", {}),
        **{"families": ["linear"], **schema},
    )  # fmt: skip
    used = [c for c in snapshot.columns if c.name in trained.features]
    table = [c.name for c in snapshot.columns]
    hidden = [c.name for c in used if c.privacy]
    trained = trained.model_copy(update={"columns": used, "table": table, "hidden": hidden})
    return FileModel(trained, spec, out / "model.skops", folder, settings, key)
