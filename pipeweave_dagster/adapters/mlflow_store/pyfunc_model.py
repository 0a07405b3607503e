"""The registered model: predicts through plain MLflow, without PipeWeave being installed.

Beside the model file (skops, no pickle) is a copy of `core/model/serving.py` as the code of an
MLflow model, so `mlflow.pyfunc.load_model` needs nothing but the listed requirements.
"""

import contextlib
import io
import json
import tempfile
import warnings
from pathlib import Path
from typing import Any

from pipeweave_dagster.core.documents import TrainedModel
from pipeweave_dagster.core.training.artifacts.packages import required

_WRAPPER = '''

import logging

import mlflow.models
import mlflow.pyfunc


class PipeWeaveModel(mlflow.pyfunc.PythonModel):
    """Returns `prediction` and, for classes, `probability_<class>`."""

    def load_context(self, context):
        self.bundle = load_bundle(context.artifacts["model"])
        reading = context.artifacts.get("reading")
        self.reading = json.loads(Path(reading).read_text(encoding="utf-8")) if reading else None

    def predict(self, context, model_input, params=None):
        if self.reading is None:
            return score(self.bundle, model_input)
        predicted = predict_rows(self.bundle, self.reading, model_input)
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
        mlflow.start_run(run_id=run_id),
    ):
        # MLflow recommends an input example and type hints; the model checks its input itself.
        warnings.simplefilter("ignore", UserWarning)
        return mlflow.pyfunc.log_model(
            name="model",
            registered_model_name=name,
            **model_parts(trained, model, Path(folder)),
        )


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
        "metadata": {
            "target": trained.target,
            "task": trained.task,
            "winner": trained.winner,
            "column_types": {column.name: column.type for column in trained.columns},
        },
    }


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
    """Return names and types of the outputs; inputs are left to the model.

    MLflow drops every column whose name is not exactly in a signature, in silence: `Age` for `age`
    would be a missing value, and an array a frame without columns. It also refuses integers for
    `double` and missing values for `long`. The model itself matches names and reads values as
    PipeWeave does, and refuses what does not fit; its columns and their types are in its metadata
    (`column_types`). A model of an earlier version, which does not know how its training data was
    read, has inputs of any type.
    """
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema
    from mlflow.types.schema import AnyType

    anything: Any = AnyType
    inputs: Any = [ColSpec(anything(), name, required=False) for name in trained.features]
    label = DataType.string if trained.classes else DataType.double
    outputs: Any = [ColSpec(label, "prediction")]
    outputs += [ColSpec(DataType.double, f"probability_{name}") for name in trained.classes]
    return ModelSignature(None if trained.columns else Schema(inputs), Schema(outputs))
