"""Fit the model that was chosen, predict the test rows with it, and write its files."""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import Payload
from pipeweave_dagster.core.families.fit import THREADS, threads_limited
from pipeweave_dagster.core.metrics.signal import Verdict, signal_text
from pipeweave_dagster.core.model.bundle_scores import score as predictions
from pipeweave_dagster.core.training.artifacts import model_files
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.split import Index
from pipeweave_dagster.core.training.data.training_set import TrainingSet
from pipeweave_dagster.core.training.ensemble.build import Ensemble, verdict_on_test_rows
from pipeweave_dagster.core.training.ensemble.bundle import FittedMember
from pipeweave_dagster.core.training.ensemble.fold_models import MAX_MEMBERS, fold_members
from pipeweave_dagster.core.training.ensemble.postprocess import (
    Postprocessing,
    build_bundle,
    fit_postprocessing,
)
from pipeweave_dagster.core.training.ensemble.refit import refit
from pipeweave_dagster.core.training.ensemble.serving_cost import serving_note
from pipeweave_dagster.core.training.search.budget import TimeBudget
from pipeweave_dagster.core.training.search.refit_time import refit_seconds
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
        serving_note: What it costs to serve, if it is meant for that.
    """

    parts: list[FittedMember]
    refitted: bool
    postprocessing: Postprocessing
    verdict: Verdict
    payloads: dict[str, Payload]
    serving_note: str


def fit_final_model(
    training_set: TrainingSet, search: Search, ensemble: Ensemble, out: Path, budget: TimeBudget
) -> FinalModel:
    """Predict the test rows with models that have not seen them; then refit on all rows."""
    postprocessing = Postprocessing()
    if ensemble.oof_verdict != "no signal":
        policy = search.policy.ensemble
        postprocessing = fit_postprocessing(training_set, ensemble.oof, ensemble.stack, policy)
    final = _Final(training_set, search, ensemble, postprocessing, out, budget)
    parts, payloads = final.parts_to_test(), final.write_samples()
    tested = final.test(parts)
    refitted = final.refit(tested.store_s) if ensemble.can_refit else None
    if refitted is None and any(part.recipe.fold < 0 for part in parts):
        # Its recipe would look like that of a fit on all rows.
        parts = final.fold_parts()
        tested = final.test(parts)
    payloads |= tested.payloads
    # The duplicate-row lookup holds all rows in any case: it takes no time.
    if refitted is not None or postprocessing.trust is not None:
        rows = np.arange(len(training_set.table.y))
        bundle = final.bundle(refitted or parts, rows)
        payloads["model"] = model_files.write_bundle(bundle, out / model_files.MODEL)
    else:
        bundle = tested.bundle
        same = model_files.rename_model(out / model_files.EVALUATED, out / model_files.MODEL)
        payloads |= {"model": same, "evaluated": same}
    signal = signal_text(tested.z)
    _log.info("winner: %s, %s; %s", ensemble.name, signal, budget.used_text)
    note = serving_note(training_set, ensemble, bundle, out / model_files.MODEL, budget)
    return FinalModel(
        refitted or parts, refitted is not None, postprocessing, tested.verdict, payloads, note
    )


class _Tested(NamedTuple):
    """Models that have not seen the test rows, their verdict, and seconds to store one of them."""

    bundle: dict[str, Any]
    verdict: Verdict
    z: float
    payloads: dict[str, Payload]
    store_s: float


@dataclass(frozen=True)
class _Final:
    """What a final model is made of, and where its files go."""

    training_set: TrainingSet
    search: Search
    ensemble: Ensemble
    postprocessing: Postprocessing
    out: Path
    budget: TimeBudget

    def bundle(self, parts: list[FittedMember], rows: Index) -> dict[str, Any]:
        return build_bundle(
            self.training_set, self.search.crosses, parts, self.postprocessing, rows
        )

    def parts_to_test(self) -> list[FittedMember]:
        """Return the models that predict the test rows: those of the folds.

        Where one model is wanted, one that learned from all training rows is most like it; the mean
        of several would score too well. Only if there is time for two such fits.
        """
        needed = 2 * refit_seconds(self.ensemble.weighted, len(self.training_set.table.y))
        wanted = self.ensemble.one_model and self.ensemble.can_refit
        if wanted and self.search.policy.slower_fit * needed < self.budget.left_s:
            fitted = self._refit(self.search.cache, self.budget)
            if fitted is not None:
                return fitted
        return self.fold_parts()

    def fold_parts(self) -> list[FittedMember]:
        test_rows = len(self.training_set.split.test) // self.training_set.parallel_fits
        left_s = min(self.budget.until_end_s, self.budget.reserve_s)
        most = 1 if self.ensemble.one_model else MAX_MEMBERS
        return fold_members(self.ensemble.weighted, test_rows, left_s, most)

    def write_samples(self) -> dict[str, Payload]:
        return {
            "reference": model_files.write_reference(self.training_set, self.out),
            "division": model_files.write_division(self.training_set, self.out),
        }

    def test(self, parts: list[FittedMember]) -> _Tested:
        """Predict the test rows, and write the predictions and the models."""
        training_set, out = self.training_set, self.out
        bundle = self.bundle(parts, training_set.split.train)
        scores = predict_test_rows(bundle, training_set)
        verdict, z = verdict_on_test_rows(training_set, self.ensemble, scores)
        payloads = {"test_rows": model_files.write_test_rows(training_set, scores, out)}
        began = self.budget.used_s
        payloads["evaluated"] = model_files.write_bundle(bundle, out / model_files.EVALUATED)
        store_s = (self.budget.used_s - began) / len(parts)
        return _Tested(bundle, verdict, z, payloads, store_s)

    def refit(self, store_s: float) -> list[FittedMember] | None:
        """Fit the members on all rows, test rows included."""
        whole = self.training_set.whole(self.search.cache.problem, self.search.crosses)
        # The test rows are predicted: that part of the reserve is not kept a second time.
        budget = self.budget.keeping(1 - self.search.policy.output_part)
        return self._refit(FoldCache(whole), budget, store_s)

    def _refit(
        self, cache: FoldCache, budget: TimeBudget, store_s: float = 0.0
    ) -> list[FittedMember] | None:
        policy, fits = self.search.policy, self.training_set.parallel_fits
        if self.ensemble.one_model:
            policy = replace(policy, max_seeds=1)
        return refit(self.ensemble.weighted, cache, budget, fits, store_s, policy)


def predict_test_rows(bundle: dict[str, Any], training_set: TrainingSet) -> pd.DataFrame:
    """Return the predictions for the test rows, computed in parallel in as many parts as fits."""
    rows = training_set.table.raw.iloc[training_set.split.test]

    def predict(part: Index) -> pd.DataFrame:
        with threads_limited(training_set.problem.threads or THREADS):
            return predictions(bundle, rows.iloc[part])

    parts = np.array_split(np.arange(len(rows)), training_set.parallel_fits)
    with ThreadPoolExecutor(training_set.parallel_fits) as pool:
        return pd.concat(pool.map(predict, parts), ignore_index=True)
