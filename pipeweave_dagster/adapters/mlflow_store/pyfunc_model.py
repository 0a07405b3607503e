"""The registered model: predicts through plain MLflow, without PipeWeave being installed.

Beside the model file (skops, no pickle) is a copy of the modules that score it as the code of an
MLflow model, so `mlflow.pyfunc.load_model` needs nothing but the listed requirements.
"""

import contextlib
import io
import json
import logging
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeweave_dagster.core.documents import SnapshotColumn, TrainedModel
from pipeweave_dagster.core.ingest.types.written_values import written_moment
from pipeweave_dagster.core.training.artifacts.packages import required

_WRAPPER = '''

import logging
import os

import mlflow.models
import mlflow.pyfunc


class PipeWeaveModel(mlflow.pyfunc.PythonModel):
    """Returns `prediction` and, for classes, `probability_<class>`."""

    def load_context(self, context):
        allowed = json.loads(os.environ.get("PIPEWEAVE_MODEL_PLUG_INS") or "{}")
        self.bundle = load_bundle(context.artifacts["model"], allowed)
        reading = context.artifacts.get("reading")
        self.reading = json.loads(Path(reading).read_text(encoding="utf-8")) if reading else None

    def predict(self, context, model_input, params=None):
        if self.reading is None:
            return score(self.bundle, model_input)
        key = os.environ.get("PIPEWEAVE_PRIVACY_KEY")
        predicted = predict_rows(self.bundle, self.reading, model_input, key)
        for note in predicted.notes:
            logging.getLogger("pipeweave").warning(note)
        return predicted.predictions


mlflow.models.set_model(PipeWeaveModel())
'''


def log_served_model(run_id: str, name: str, trained: TrainedModel, model: Path) -> Any:
    """Log and register the model under a run; return MLflow's `ModelInfo`."""
    import mlflow

    with (
        tempfile.TemporaryDirectory() as folder,
        warnings.catch_warnings(),
        # It prints what it has registered, as plain text between the JSON log lines.
        contextlib.redirect_stderr(io.StringIO()),
        _without_notes(),
        mlflow.start_run(run_id=run_id),
    ):
        # MLflow recommends an input example and type hints; the model checks its input itself.
        warnings.simplefilter("ignore", UserWarning)
        return mlflow.pyfunc.log_model(
            name="model",
            registered_model_name=name,
            **model_parts(trained, model, Path(folder)),
        )


@contextlib.contextmanager
def _without_notes() -> Iterator[None]:
    """Let the model not log what it notes on its input example, whose hidden columns are blank."""
    logger = logging.getLogger("pipeweave")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def model_parts(trained: TrainedModel, model: Path, folder: Path) -> dict[str, Any]:
    """Write the files of an MLflow model, and return the arguments of `log_model` for them.

    Args:
        trained: The model.
        model: Its file.
        folder: Empty folder for the code and the reading.
    """
    code = folder / "serving.py"
    code.write_text(serving_code(), encoding="utf-8")
    artifacts = {"model": str(model.resolve())}
    if trained.columns:
        artifacts["reading"] = _written_reading(trained, folder)
    return {
        "python_model": str(code),
        "artifacts": artifacts,
        "signature": signature(trained),
        "pip_requirements": required(trained.package_versions, model),
        "input_example": _input_example(trained, model),
        "metadata": {
            "target": trained.target,
            "task": trained.task,
            "winner": trained.winner,
            "column_types": {column.name: column.type for column in trained.columns},
        },
    }


def _input_example(trained: TrainedModel, model: Path) -> Any:
    """Return a row as a data frame; None where the training rows are not beside the model."""
    import pandas as pd

    reference = model.with_name(trained.reference.name)
    if not reference.exists() or not trained.columns:
        return None
    row = typical_row(reference, trained)
    return pd.DataFrame([row | dict.fromkeys(trained.hidden)], dtype=object)


def serving_code() -> str:
    """Return the source of all that a model needs, with MLflow's interface around it."""
    from pipeweave_dagster.core.model.standalone import standalone_source

    return standalone_source() + _WRAPPER


def _written_reading(trained: TrainedModel, folder: Path) -> str:
    """Write how the training data was read, and return the path of the file."""
    from pipeweave_dagster.core.ingest.types.batch_forms import reading_of

    file = folder / "reading.json"
    file.write_text(json.dumps(reading_of(trained), ensure_ascii=False), encoding="utf-8")
    return str(file)


def signature(trained: TrainedModel) -> Any:
    """Return names and types of inputs and outputs.

    Every column that the model uses is required, so that MLflow refuses rows without one and names
    it: it drops columns of other names, and `Age` for `age` would be a missing value in silence.
    Values may be of any type, since the model reads them as the training data was read; MLflow
    refuses integers for `double` and missing values for `long`. The types of the training data are
    in the model's metadata (`column_types`). A model of an earlier version, which does not know how
    its training data was read, takes absent columns for missing values.
    """
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema
    from mlflow.types.schema import AnyType

    anything: Any = AnyType
    required = bool(trained.columns)
    inputs: Any = [ColSpec(anything(), name, required=required) for name in trained.features]
    label = DataType.string if trained.classes else DataType.double
    outputs: Any = [ColSpec(label, "prediction")]
    outputs += [ColSpec(DataType.double, f"probability_{name}") for name in trained.classes]
    return ModelSignature(Schema(inputs), Schema(outputs))


def typical_row(reference: Path, trained: TrainedModel) -> dict[str, Any]:
    """Return an input example: the most frequent value of each column, which is nobody's row.

    It is written as the training data is, so that a copy of it is read without a note on its form.

    Args:
        reference: The sample of the training rows that belongs to the model.
        trained: Its document.
    """
    import pyarrow.parquet as pq

    features = trained.features
    rows = pq.read_table(reference, columns=features, partitioning=None).to_pandas()
    columns = {column.name: column for column in trained.columns}
    modes = {name: rows[name].mode() for name in features}
    return {
        name: _as_json(mode.iloc[0], columns.get(name)) if len(mode) else None
        for name, mode in modes.items()
    }


def _as_json(value: Any, column: SnapshotColumn | None) -> Any:
    if column is not None and column.type in {"date", "datetime", "time"}:
        return written_moment(column, value)
    plain = value.item() if hasattr(value, "item") else value
    if column is not None and column.type == "integer" and isinstance(plain, float):
        return int(plain)  # pandas holds whole numbers with gaps as floats
    return plain if isinstance(plain, bool | int | float | str) else str(plain)
