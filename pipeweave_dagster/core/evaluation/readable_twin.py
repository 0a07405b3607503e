"""The readable twin of a model: its score beside that of the model, and its curves."""

from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from pipeweave_dagster.core.documents import (
    Comparison,
    PipelineSpec,
    ReadableTwin,
    TrainedModel,
)
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.evaluation.twin_terms import (
    number_listed,
    rounded,
    terms_of,
    without_personal,
)
from pipeweave_dagster.core.explain.shape_functions import Shapes, shapes
from pipeweave_dagster.core.families.search_space import LOG
from pipeweave_dagster.core.metrics.bootstrap import interval_of
from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.metrics.metrics import score as metric_of
from pipeweave_dagster.core.metrics.paired_test import paired
from pipeweave_dagster.core.metrics.scored_test import ScoredTest
from pipeweave_dagster.core.model.prepare_features import prepare
from pipeweave_dagster.core.model.test_row_columns import ROW
from pipeweave_dagster.core.pace import Pace
from pipeweave_dagster.core.training.artifacts.model_files import write_bundle
from pipeweave_dagster.core.training.readable_twin.fit_twin import (
    FittedTwin,
    fit_twin,
    training_set_of,
)

TWIN_FILE = "readable.skops"
_ROWS = 5_000
_CELLS_PER_S = 2_000_000
"""Cells (of several classes: times half of these) that are read and fitted in a second."""
_MOST_S = 60.0
"""Seconds that it takes at most, also without a limit: trees of many classes take minutes."""


@dataclass(frozen=True)
class TwinSource:
    """What a readable twin is made from.

    Attributes:
        trained: The document of the model.
        spec: Its pipeline.
        data: The typed table (Parquet) it was trained on.
        scored: Its test rows.
        test_rows: Their file, which has their positions in the table.
        tested_like: The test rows file that these follow.
        out: Folder for the model file of the twin.
    """

    trained: TrainedModel
    spec: PipelineSpec
    data: Path
    scored: ScoredTest
    test_rows: Path
    tested_like: Path | None
    out: Path


def readable_twin(source: TwinSource, pace: Pace) -> ReadableTwin | None:
    """Fit the twin on the training rows of the model, and compare both on its test rows.

    Args:
        source: The model, and what it was made from.
        pace: Time limit.

    Returns:
        None if there was no time for it.

    Raises:
        PipeWeaveError: If the table cannot be divided into the same rows any more, or no readable
            model can be fitted, or not within a minute.
    """
    trained = source.trained
    pace.expect(_least_seconds(trained))
    if not pace.fits():
        return None
    training_set = training_set_of(source.spec, trained, source.data, source.tested_like)
    rows = training_set.table.kept[training_set.split.test]
    names = pq.read_schema(source.test_rows).names
    known = pq.read_table(source.test_rows, columns=[ROW])[ROW].to_numpy() if ROW in names else None
    if known is None or not np.array_equal(known, rows):
        raise validation_error(
            "the test rows of the model cannot be found in its table.",
            fix="Run the data set again.",
        )
    own = Pace(min(pace.end, pace.now() + _MOST_S), pace.now)
    fitted = fit_twin(training_set, own)
    pace.is_cut = own.is_cut and own.end == pace.end
    if fitted is None and not pace.is_cut:
        raise validation_error(
            f"no form could be fitted within {_MOST_S:.0f} s.", fix="Use fewer rows or columns."
        )
    if fitted is None:
        return None
    found = _shapes(fitted, source.scored)
    outputs = _outputs(fitted, trained)
    terms = terms_of(found, straight=fitted.form.kind == "linear model")
    scored = source.scored
    score = interval_of(
        trained.metric, scored.y, fitted.output, weight=scored.weight, cluster=scored.cluster
    )
    kept = terms[: number_listed(terms)]
    return ReadableTwin(
        form=fitted.form.kind,
        member=fitted.member,
        trials=fitted.trials,
        score=score.value,
        low=score.low,
        high=score.high,
        model_score=_metric(source, source.scored.output),
        comparison=_comparison(source, fitted.output),
        verdict=fitted.verdict,
        unit=_unit(fitted, outputs),
        outputs=outputs,
        base=[rounded(v) for v in found.base],
        terms=[without_personal(term, source.spec.hidden) for term in kept],
        further=len(terms) - len(kept),
        left_out=_left_out(fitted),
        threshold=fitted.threshold,
        model=write_bundle(fitted.bundle, source.out / TWIN_FILE),
    )


def _least_seconds(trained: TrainedModel) -> float:
    """Predict how long reading and one fit take, which cannot be interrupted."""
    cells = (trained.rows_train + trained.rows_test) * len(trained.features)
    return cells * max(1, len(trained.classes) // 2) / _CELLS_PER_S


def _metric(source: TwinSource, output: Array) -> float | None:
    scored = source.scored
    return metric_of(source.trained.metric, scored.y, output, scored.weight)


def _comparison(source: TwinSource, output: Array) -> Comparison:
    """Compare the twin with the model on all test rows."""
    scored, metric = source.scored, source.trained.metric
    found = paired(
        metric,
        scored.y,
        output,
        scored.output,
        "the model",
        weight=scored.weight,
        cluster=scored.cluster,
    )
    return found.model_copy(update={"of": len(scored.y)})


def _shapes(fitted: FittedTwin, scored: ScoredTest) -> Shapes:
    columns = fitted.training_set.problem.columns.readable
    own = chain.from_iterable(step.columns for step in columns.own)
    names = [*columns.numbers, *columns.few, *columns.many, *own]
    features = prepare(scored.features.iloc[:_ROWS], fitted.bundle["frame"])
    return shapes(fitted.bundle["members"][0]["pipeline"], features, names, fitted.pairs)


def _left_out(fitted: FittedTwin) -> list[str]:
    columns = fitted.training_set.problem.columns
    hidden = chain.from_iterable(step.columns for step in columns.own if not step.is_plain)
    return [*columns.texts, *hidden]


def _outputs(fitted: FittedTwin, trained: TrainedModel) -> list[str]:
    """Return what each output is about; of two classes the second, whose log-odds are learned."""
    if not trained.classes:
        return [trained.target]
    known = [trained.classes[k] for k in fitted.bundle["members"][0]["classes"]]
    return known[1:] if len(known) <= 2 else known


def _unit(fitted: FittedTwin, outputs: list[str]) -> str:
    if not fitted.bundle["classes"]:
        return "log(1 + value)" if fitted.member.params.get(LOG) else "value"
    return "log-odds" if len(outputs) == 1 else "log of the probability, minus its mean"
