"""Try a model on one row that somebody makes up: its inputs, and the prediction with reasons.

Functions of the model worker, which keeps the last models in memory: a change is shown at once.
"""

import json
import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from pipeweave_dagster.core.documents import Part, SnapshotColumn, TrainedModel
from pipeweave_dagster.core.hidden_values import HIDDEN
from pipeweave_dagster.core.number_format import estimated
from pipeweave_dagster.core.prediction.batch_policy import BatchPolicy, HeldRows

if TYPE_CHECKING:
    from pipeweave_dagster.core.prediction.score_rows import RowScorer

MOST_CHOICES = 50
_KEPT_MODELS = 2


class ModelInput(Part):
    """One column that a model reads: its typical value, as text, and what else it was.

    `low` and `high` are the range of the training rows, for numbers, and `span` the same range in
    the form in which a value is read; `choices` are the most frequent values, for others. Columns
    of personal data have neither.
    """

    name: str
    type: str
    typical: str = ""
    low: float | None = None
    high: float | None = None
    span: str = ""
    choices: list[str] = []


class RowPrediction(Part):
    """The prediction for one row.

    `probabilities` are by class, the likeliest first; `interval` is the text of the interval or set
    that holds the true value; `reasons` are columns and their effect, the largest first.
    """

    prediction: str
    probabilities: dict[str, float] = {}
    interval: str = ""
    reasons: dict[str, float] = {}
    outside: bool = False
    notes: list[str] = []


def model_inputs(reference: Path, trained: TrainedModel) -> list[ModelInput]:
    """Return what a model reads, with the typical value of each column.

    Args:
        reference: The sample of the training rows that belongs to the model.
        trained: Its document.
    """
    import pandas as pd

    rows = pd.read_parquet(reference)
    columns = {column.name: column for column in trained.columns}
    shown = rows.drop(columns=trained.hidden, errors="ignore")
    return [_input(name, columns.get(name), shown) for name in trained.features]


def predict_row(
    model: Path,
    trained: TrainedModel,
    row: dict[str, str | None],
    policy: BatchPolicy,
    held: HeldRows,
    key: SecretStr | None = None,
) -> RowPrediction:
    """Return the prediction for one row, with interval and reasons.

    Args:
        model: The model file.
        trained: Its document.
        row: Texts by column, read as the training file was; None or absent: missing.
        policy: What is done with rows unlike the training rows.
        held: Test and training rows of the model.
        key: The key of hashed columns.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if the row does not fit the model.
    """
    scorer = _scorer(str(model), trained.model_dump_json(), policy.model_dump_json(),
                     held.model_dump_json(), key)  # fmt: skip
    full = {name: row.get(name) for name in trained.features}
    scored = scorer.score([full], explain=True)
    cells = {str(name): value for name, value in scored.predictions.iloc[0].items()}
    return _as_prediction(cells, trained, [*_read_as_missing(full, trained), *scored.notes])


def _read_as_missing(row: Mapping[str, str | None], trained: TrainedModel) -> Iterator[str]:
    """Yield a note for each value that the settings list as missing."""
    for column in trained.columns:
        text = (row.get(column.name) or "").strip()
        if text and _number_or_text(text) in {*map(_number_or_text, column.missing_values)}:
            value = HIDDEN if column.name in trained.hidden else repr(text[:40])
            yield f"{column.name}: {value} stands for a missing value by the settings (`missing`)."


def _number_or_text(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


@lru_cache(maxsize=_KEPT_MODELS)
def _scorer(model: str, trained: str, policy: str, held: str, key: SecretStr | None) -> "RowScorer":
    from pipeweave_dagster.core.prediction.loaded_model import LoadedModel
    from pipeweave_dagster.core.prediction.score_rows import RowScorer

    document = TrainedModel.model_validate_json(trained)
    rules = BatchPolicy.model_validate_json(policy)
    rows = HeldRows.model_validate_json(held)
    return RowScorer(LoadedModel(Path(model), document, rules, rows), key)


def _input(name: str, column: SnapshotColumn | None, rows: Any) -> ModelInput:
    import pandas as pd

    type_ = column.type if column else "text"
    if name not in rows or not rows[name].notna().any():
        return ModelInput(name=name, type=type_)
    values = rows[name].dropna()
    if type_ in {"integer", "number"}:
        numbers = pd.to_numeric(values, errors="coerce").dropna()
        if len(numbers):
            facts = [float(n) for n in (numbers.median(), numbers.min(), numbers.max())]
            whole = type_ == "integer"
            typical, *ends = [f"{round(n)}" if whole else _written(n, column) for n in facts]
            return ModelInput(
                name=name,
                type=type_,
                typical=typical,
                low=facts[1],
                high=facts[2],
                span=" to ".join(ends),
            )
    if column is not None and type_ in {"date", "datetime", "time"}:
        # DuckDB is not loaded before it is needed.
        from pipeweave_dagster.core.ingest.types.written_values import written_moment

        most = values.value_counts().index[:MOST_CHOICES]
        choices = [written_moment(column, value) for value in most]
    else:
        choices = [str(value) for value in values.astype(str).value_counts().index[:MOST_CHOICES]]
    return ModelInput(name=name, type=type_, typical=choices[0], choices=choices)


def _written(value: float, column: SnapshotColumn | None) -> str:
    """Write a number as the training data does, so that it is read back without a note."""
    text, format_ = f"{value:.6g}", (column.format if column else None) or ""
    if format_:  # forms with units or thousands know no exponents
        text = format(Decimal(text), "f")
    if format_.endswith("shares without %"):
        text += "%"
    return text.replace(".", ",") if "decimal ','" in format_ else text


def _as_prediction(row: dict[str, Any], trained: TrainedModel, notes: list[str]) -> RowPrediction:
    probabilities = {
        label: float(row[f"probability_{label}"])
        for label in trained.classes
        if _is_number(row.get(f"probability_{label}"))
    }
    ranked = sorted(probabilities.items(), key=lambda pair: -pair[1])
    prediction, interval = shown(row)
    return RowPrediction(
        prediction=prediction,
        probabilities=dict(ranked),
        interval=interval,
        reasons={
            str(row[f"reason_{n}"]): float(row[f"reason_{n}_effect"])
            for n in (1, 2, 3)
            if row.get(f"reason_{n}") and _is_number(row.get(f"reason_{n}_effect"))
        },
        outside=row.get("outside_training") in {True, "True"},
        notes=notes,
    )


def shown(row: dict[str, Any]) -> tuple[str, str]:
    """Return prediction and interval; values have no more decimals than the interval warrants."""
    prediction = row.get("prediction")
    if isinstance(prediction, float) and not _is_missing(prediction):
        value, *limits = estimated(prediction, row.get("lower"), row.get("upper"))
        return value, " to ".join(limits)
    labels = row.get("prediction_set")
    chosen = ", ".join(map(str, json.loads(labels))) if isinstance(labels, str) else ""
    return "" if _is_missing(prediction) else str(prediction), chosen


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not math.isnan(value)


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))
