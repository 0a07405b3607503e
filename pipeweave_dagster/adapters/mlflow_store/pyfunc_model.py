"""The registered model: predicts through plain MLflow, without PipeWeave being installed.

Beside the model file (skops, no pickle) is a copy of `core/model/serving.py` as the code of an
MLflow model, so `mlflow.pyfunc.load_model` needs nothing but the listed requirements.
"""

import contextlib
import inspect
import io
import tempfile
import warnings
from pathlib import Path
from typing import Any

from pipeweave_dagster.core.documents import TrainedModel
from pipeweave_dagster.core.training.artifacts.packages import required

_WRAPPER = '''

import mlflow.models
import mlflow.pyfunc


class PipeWeaveModel(mlflow.pyfunc.PythonModel):
    """Returns `prediction` and, for classes, `probability_<class>`."""

    def load_context(self, context):
        self.bundle = load_bundle(context.artifacts["model"])

    def predict(self, context, model_input: pd.DataFrame, params=None):
        return score(self.bundle, model_input)


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
        code = Path(folder) / "serving.py"
        code.write_text(serving_code(), encoding="utf-8")
        # MLflow recommends an input example and type hints; the signature replaces both.
        warnings.simplefilter("ignore", UserWarning)
        return mlflow.pyfunc.log_model(
            name="model",
            python_model=str(code),
            artifacts={"model": str(model.resolve())},
            signature=signature(trained),
            pip_requirements=required(trained.package_versions, model),
            registered_model_name=name,
            metadata={
                "target": trained.target,
                "task": trained.task,
                "winner": trained.winner,
                "column_types": {column.name: column.type for column in trained.columns},
            },
        )


def serving_code() -> str:
    """Return the source of `core/model/serving.py` with MLflow's interface around it."""
    from pipeweave_dagster.core.model import serving

    return inspect.getsource(serving) + _WRAPPER


def signature(trained: TrainedModel) -> Any:
    """Return names and types of inputs and outputs; every input is optional.

    Inputs accept any type: MLflow refuses integers for `double`, missing values for `long`, dates
    as text (as in a CSV file) for `datetime`, and for `string` a column without values (which
    pandas reads as float). The model parses values as PipeWeave does; the types that were read are
    in its metadata (`column_types`).
    """
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema
    from mlflow.types.schema import AnyType

    anything: Any = AnyType
    inputs: Any = [ColSpec(anything(), name, required=False) for name in trained.features]
    label = DataType.string if trained.classes else DataType.double
    outputs: Any = [ColSpec(label, "prediction")]
    outputs += [ColSpec(DataType.double, f"probability_{name}") for name in trained.classes]
    return ModelSignature(Schema(inputs), Schema(outputs))
