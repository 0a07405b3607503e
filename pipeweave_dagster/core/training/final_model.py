"""Fit the model that was chosen, predict the test rows with it, and write its files."""

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import Payload
from pipeweave_dagster.core.families.fit import THREADS, threads_limited
from pipeweave_dagster.core.metrics.signal import Verdict
from pipeweave_dagster.core.model.serving import score as predictions
from pipeweave_dagster.core.training.artifacts import model_files
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.split import Index
from pipeweave_dagster.core.training.data.training_set import TrainingSet
from pipeweave_dagster.core.training.ensemble.build import Ensemble, verdict_on_test_rows
from pipeweave_dagster.core.training.ensemble.bundle import FittedMember
from pipeweave_dagster.core.training.ensemble.fold_models import fold_members
from pipeweave_dagster.core.training.ensemble.postprocess import (
    Postprocessing,
    build_bundle,
    fit_postprocessing,
)
from pipeweave_dagster.core.training.ensemble.refit import refit
from pipeweave_dagster.core.training.search.budget import TimeBudget
from pipeweave_dagster.core.training.search.search import Search

_log = logging.getLogger(__name__)


class FinalModel(NamedTuple):
    """The model in its files.

    Attributes:
        parts: What the model file consists of.
        refitted: Whether these learned from all rows; else they are models of folds.
        postprocessing: What follows their mean.
        verdict: Whether the test rows confirm that it beats the baseline.
        payloads: The files, under their names in the document.
    """

    parts: list[FittedMember]
    refitted: bool
    postprocessing: Postprocessing
    verdict: Verdict
    payloads: dict[str, Payload]


def fit_final_model(
    training_set: TrainingSet, search: Search, ensemble: Ensemble, out: Path, budget: TimeBudget
) -> FinalModel:
    """Predict the test rows with models that have not seen them; then refit on all rows."""
    test_rows = len(training_set.split.test) // training_set.parallel_fits
    left_s = min(budget.until_end_s, budget.reserve_s)
    parts = fold_members(ensemble.weighted, test_rows, left_s)
    postprocessing = Postprocessing()
    if ensemble.oof_verdict != "no signal":
        policy = search.policy.ensemble
        postprocessing = fit_postprocessing(training_set, ensemble.oof, ensemble.stack, policy)
    train = training_set.split.train
    evaluated = build_bundle(training_set, search.crosses, parts, postprocessing, train)
    scores = predict_test_rows(evaluated, training_set)
    verdict, z = verdict_on_test_rows(training_set, ensemble, scores)
    payloads = {
        "test_rows": model_files.write_test_rows(training_set, scores, out),
        "reference": model_files.write_reference(training_set, out),
        "division": model_files.write_division(training_set, out),
    }
    began = budget.used_s
    payloads["evaluated"] = model_files.write_bundle(evaluated, out / model_files.EVALUATED)
    store_s = (budget.used_s - began) / len(parts)
    refitted = None
    if ensemble.can_refit:
        all_rows = FoldCache(training_set.whole(search.cache.problem, search.crosses))
        fits = training_set.parallel_fits
        refitted = refit(ensemble.weighted, all_rows, budget, fits, store_s, search.policy)
    # The duplicate-row lookup holds all rows in any case: it takes no time.
    if refitted is not None or postprocessing.trust is not None:
        rows, final = np.arange(len(training_set.table.y)), refitted or parts
        bundle = build_bundle(training_set, search.crosses, final, postprocessing, rows)
        payloads["model"] = model_files.write_bundle(bundle, out / model_files.MODEL)
    else:
        same = model_files.rename_model(out / model_files.EVALUATED, out / model_files.MODEL)
        payloads |= {"model": same, "evaluated": same}
    _log.info("winner %s, verdict %s (z %.1f), %.1f s", ensemble.name, verdict, z, budget.used_s)
    return FinalModel(refitted or parts, refitted is not None, postprocessing, verdict, payloads)


def predict_test_rows(bundle: dict[str, Any], training_set: TrainingSet) -> pd.DataFrame:
    """Return the predictions for the test rows, computed in parallel in as many parts as fits."""
    rows = training_set.table.raw.iloc[training_set.split.test]

    def predict(part: Index) -> pd.DataFrame:
        with threads_limited(training_set.problem.threads or THREADS):
            return predictions(bundle, rows.iloc[part])

    parts = np.array_split(np.arange(len(rows)), training_set.parallel_fits)
    with ThreadPoolExecutor(training_set.parallel_fits) as pool:
        return pd.concat(pool.map(predict, parts), ignore_index=True)
