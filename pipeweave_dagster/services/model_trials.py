"""Try registered versions of a model: one row, a threshold, or two versions side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import Costs, Evaluation, TrainedModel
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.metrics.threshold_table import ThresholdRow, threshold_table
from pipeweave_dagster.core.pipelines.pipeline_diff import difference
from pipeweave_dagster.core.prediction import HeldRows, policy_of
from pipeweave_dagster.core.prediction.what_if import (
    ModelInput,
    RowPrediction,
    model_inputs,
    predict_row,
)
from pipeweave_dagster.services.champion_decision import name_of_champion
from pipeweave_dagster.services.model_versions import load_version, pipeline_of
from pipeweave_dagster.services.privacy_key import key_of_model
from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster.services.workbench import Workbench

_INSTEAD = {
    "multiclass": "Where one class matters most, train on a column that says whether a row is of "
    "that class: its model has a threshold, and `costs` set it. Or decide by the probabilities of "
    "each class, which are among the predictions (`pipeweave predict`).",
    "regression": "Compare the predicted numbers with a limit of your own, or train on a column "
    "that says whether the limit is passed.",
}


def inputs_of(bench: Workbench, dataset: str, version: str) -> list[ModelInput]:
    """Return what a version reads, with a typical value of each column.

    Raises:
        PipeWeaveError: NOT_FOUND if there is no such version.
    """
    trained, _ = load_version(bench.store, dataset, version)
    reference = bench.store.payload(trained.reference)
    return bench.on_model(model_inputs, reference=reference, trained=trained)


def try_row(
    bench: Workbench, dataset: str, version: str, row: Mapping[str, str | None]
) -> RowPrediction:
    """Return the prediction of a version for one row, with interval and reasons.

    Args:
        bench: Storage and workers.
        dataset: The data set.
        version: The registered version.
        row: Texts by column.

    Raises:
        PipeWeaveError: NOT_FOUND if there is no such version, VALIDATION_ERROR for a row that does
            not fit it.
    """
    trained, _ = load_version(bench.store, dataset, version)
    payload, settings = bench.store.payload, settings_of(bench.store, dataset)
    return bench.on_model(
        predict_row,
        model=payload(trained.model),
        trained=trained,
        row=dict(row),
        policy=policy_of(settings, trained),
        held=HeldRows(test_rows=payload(trained.test_rows), reference=payload(trained.reference)),
        key=key_of_model(bench.settings, settings, trained),
    )


def thresholds_of(bench: Workbench, dataset: str, version: str, costs: Costs) -> list[ThresholdRow]:
    """Return the errors and the cost on the test rows at each threshold.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for a model without two classes.
    """
    trained, _ = load_version(bench.store, dataset, version)
    positive = positive_of(bench.store, dataset, version, trained)
    if positive is None:
        raise validation_error(
            f"Only a model with two classes has a threshold; {_no_threshold(trained)}.",
            fix=_INSTEAD.get(trained.task, "Choose a version with two classes."),
        )
    rows = bench.store.payload(trained.test_rows)
    return bench.on_model(threshold_table, test_rows=rows, positive=positive, costs=costs)


def _no_threshold(trained: TrainedModel) -> str:
    if trained.classes:
        return f"this one has {counted(len(trained.classes), 'class')} and predicts the likeliest"
    return "this one predicts numbers"


def positive_of(
    store: DocumentStore, dataset: str, version: str, trained: TrainedModel
) -> str | None:
    """Return the positive class of a version; None unless it has two classes."""
    if trained.task != "binary" or len(trained.classes) != 2:
        return None
    spec = pipeline_of(store, dataset, version)
    known = spec.positive if spec else None
    return known if known in trained.classes else trained.classes[-1]


def compare_versions(store: DocumentStore, dataset: str, first: str, second: str) -> dict[str, Any]:
    """Return two versions side by side: their scores, and how their pipelines differ.

    Scores are comparable only on the same test rows; `same_test_rows` says whether they are, and
    `paired` is the result of the gate's paired test, if one of them was tested against the other.

    Raises:
        PipeWeaveError: NOT_FOUND if there is no such version.
    """
    sides = [(v, *load_version(store, dataset, v)) for v in (first, second)]
    names = dict.fromkeys(name for _, _, found in sides for name in found.metrics)
    pipelines = [pipeline_of(store, dataset, version) for version in (first, second)]
    before, after = pipelines
    changes = difference(before, after) if before and after else None
    digests = {trained.test_digest for _, trained, _ in sides}
    return {
        "versions": [_side(version, trained, found) for version, trained, found in sides],
        "metrics": [(name, [found.metrics.get(name) for _, _, found in sides]) for name in names],
        "changes": None if changes is None else [change.text for change in changes],
        "paired": _paired(sides),
        "same_test_rows": len(digests) == 1 and "" not in digests,
    }


def _paired(sides: Sequence[tuple[str, TrainedModel, Evaluation]]) -> dict[str, Any] | None:
    for (version, _, found), (other, *_) in (sides, sides[::-1]):
        test = found.comparison
        if test and test.difference is not None and test.other == name_of_champion(other):
            return {"version": version, "other": other, "metric": found.metric, "test": test}
    return None


def _side(version: str, trained: TrainedModel, found: Evaluation) -> dict[str, Any]:
    return {
        "version": version,
        "winner": trained.winner,
        "target": trained.target,
        "rows_train": trained.rows_train,
        "rows_test": trained.rows_test,
        "promoted": found.promoted,
        "reason": found.promotion_reason,
    }
