"""Training from the typed table to the model file, inside the budget."""

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import Payload, PipelineSpec, TrainedModel
from pipeweave_dagster.core.metrics.metrics import GREATER_IS_BETTER
from pipeweave_dagster.core.metrics.signal import Verdict
from pipeweave_dagster.core.model.serving import score as predictions
from pipeweave_dagster.core.training import training_notes
from pipeweave_dagster.core.training.artifacts import model_files
from pipeweave_dagster.core.training.artifacts.packages import package_versions
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.memory_limit import memory_notes, rows_that_fit
from pipeweave_dagster.core.training.data.split import Index
from pipeweave_dagster.core.training.data.training_set import (
    TrainingSet,
    make_training_set,
    notes_of,
)
from pipeweave_dagster.core.training.ensemble.build import Ensemble, build_ensemble, confirmed_by
from pipeweave_dagster.core.training.ensemble.postprocess import (
    Postprocessing,
    build_bundle,
    fit_postprocessing,
)
from pipeweave_dagster.core.training.ensemble.refit import Part, fold_parts, refit
from pipeweave_dagster.core.training.families.base import THREADS, threads_limited
from pipeweave_dagster.core.training.leaderboard import leaderboard
from pipeweave_dagster.core.training.out_of_core.xgboost_external_memory import (
    Source,
    suits,
    try_all_rows,
)
from pipeweave_dagster.core.training.search.budget import TimeBudget
from pipeweave_dagster.core.training.search.portfolio import absent
from pipeweave_dagster.core.training.search.search import Search
from pipeweave_dagster.core.training.search.trial_log import TrialLog

_log = logging.getLogger(__name__)

_PART_OF_SAMPLE = 0.5


class _Fitted(NamedTuple):
    """The model in its files, and what is laid over its members.

    Attributes:
        parts: What the model file consists of.
        refitted: Whether these have seen all rows; else they are models of folds.
        verdict: Whether the test rows bear out that it is better than the constant model.
        payloads: The files, under their names in the document.
    """

    parts: list[Part]
    refitted: bool
    postprocessing: Postprocessing
    verdict: Verdict
    payloads: dict[str, Payload]


def run_training(
    spec: PipelineSpec,
    data: Path,
    out: Path,
    budget: TimeBudget,
    trials: Path | None = None,
    memory_mb: float | None = None,
) -> TrainedModel:
    """See `pipeweave_dagster.core.training.train`."""
    began = budget.used_s
    missing = absent(spec)
    rows_fit = rows_that_fit(spec, data, memory_mb)
    training_set = make_training_set(spec, read_table(spec, data, rows_fit), spec.split.seed)
    if rows_fit is not None and training_set.table.read < rows_fit:
        rows_fit = None  # a sample for the sake of time is smaller still
    budget = budget.with_reserve_for(budget.used_s - began)
    # Trials on other rows of the same table are no trials of this search.
    own = trials / f"rows-{rows_fit}" if trials and rows_fit else trials
    search = _searched(training_set, Source(data, out), budget, TrialLog(own))
    ensemble = build_ensemble(training_set, search.cache, search, budget)
    fitted = _fitted(training_set, search, ensemble, out, budget)
    notes = [
        *notes_of(training_set),
        *training_notes.of_installation(missing),
        *memory_notes(rows_fit, memory_mb),
        *training_notes.of_search(search),
        *fitted.postprocessing.notes,
        *training_notes.of_verdict(ensemble, fitted.verdict, search),
        training_notes.of_model(ensemble, refitted=fitted.refitted),
    ]
    return TrainedModel(
        **_asked(training_set, rows_fit),
        **fitted.postprocessing._asdict(),
        **fitted.payloads,
        winner=ensemble.name,
        verdict=fitted.verdict,
        leaderboard=leaderboard(search.results, ensemble, training_set, search.comparison_folds),
        recipe=[part.recipe for part in fitted.parts],
        made=[dict(entry) for entry in search.crosses],
        budget_s=budget.budget_s,
        used_s=round(budget.used_s, 2),
        package_versions=package_versions(),
        notes=notes,
    )


def _asked(training_set: TrainingSet, rows_fit: int | None) -> dict[str, Any]:
    """What was to be learned, and from which rows."""
    spec, table = training_set.spec, training_set.table
    return {
        "task": spec.task,
        "target": spec.target,
        "metric": spec.metric,
        "greater_is_better": GREATER_IS_BETTER[spec.metric],
        "classes": table.classes,
        "features": spec.features,
        "overrides": spec.overrides,
        "seed": training_set.problem.seed,
        "threads": training_set.problem.threads or 1,
        "test_digest": model_files.digest_of(training_set),
        "rows_train": len(training_set.split.train),
        "rows_test": len(training_set.split.test),
        "rows_dropped": table.dropped,
        "rows_fit": rows_fit,
        "sampled_of": table.total if table.read < table.total else None,
    }


def _fitted(
    training_set: TrainingSet, search: Search, ensemble: Ensemble, out: Path, budget: TimeBudget
) -> _Fitted:
    """Answer for the test rows with models that have not seen them; then fit on all rows."""
    asked = len(training_set.split.test) // training_set.parallel_fits
    parts = fold_parts(ensemble.weighted, asked, min(budget.until_end_s, budget.reserve_s))
    signal = ensemble.found != "no signal"
    postprocessing = (
        fit_postprocessing(training_set, ensemble.answers, ensemble.stack)
        if signal
        else Postprocessing()
    )
    evaluated = build_bundle(
        training_set, search.crosses, parts, postprocessing, training_set.split.train
    )
    scores = _answers(evaluated, training_set)
    judged, z = confirmed_by(training_set, ensemble, scores)
    payloads = {
        "test_rows": model_files.write_test_rows(training_set, scores, out),
        "reference": model_files.write_reference(training_set, out),
        "division": model_files.write_division(training_set, out),
    }
    began = budget.used_s
    payloads["evaluated"] = model_files.write_bundle(evaluated, out / model_files.EVALUATED)
    store_s = (budget.used_s - began) / len(parts)
    refitted = None
    if ensemble.refittable:
        everything = FoldCache(training_set.whole(search.cache.problem, search.crosses))
        refitted = refit(ensemble.weighted, everything, budget, training_set.parallel_fits, store_s)
    # What was seen of copied rows is remembered of all rows in any case: it takes no time.
    if refitted is not None or postprocessing.trust is not None:
        rows = np.arange(len(training_set.table.y))
        final = build_bundle(training_set, search.crosses, refitted or parts, postprocessing, rows)
        payloads["model"] = model_files.write_bundle(final, out / model_files.MODEL)
    else:
        moved = model_files.renamed(out / model_files.EVALUATED, out / model_files.MODEL)
        payloads |= {"model": moved, "evaluated": moved}
    _log.info("winner %s, verdict %s (z %.1f), %.1f s", ensemble.name, judged, z, budget.used_s)
    return _Fitted(refitted or parts, refitted is not None, postprocessing, judged, payloads)


def _searched(
    training_set: TrainingSet, source: Source, budget: TimeBudget, trial_log: TrialLog
) -> Search:
    """The search, and on a table that was sampled one candidate that learns from all rows."""
    larger = suits(training_set)
    searching = budget.shortened(_PART_OF_SAMPLE) if larger else budget
    cache = FoldCache(training_set.problem)
    search = Search(
        training_set.spec,
        cache,
        searching,
        len(training_set.table.y),
        training_set.frame,
        training_set.parallel_fits,
        trial_log,
    )
    results = search.run()
    if larger and (
        whole := try_all_rows(training_set, cache, search.crosses, results, source, budget)
    ):
        results.append(whole)
    return search


def _answers(bundle: dict[str, Any], training_set: TrainingSet) -> pd.DataFrame:
    """Predictions for the test rows, in as many parts at a time as there are parallel_fits."""
    rows = training_set.table.raw.iloc[training_set.split.test]

    def answer(part: Index) -> pd.DataFrame:
        with threads_limited(training_set.problem.threads or THREADS):
            return predictions(bundle, rows.iloc[part])

    parts = np.array_split(np.arange(len(rows)), training_set.parallel_fits)
    with ThreadPoolExecutor(training_set.parallel_fits) as pool:
        return pd.concat(pool.map(answer, parts), ignore_index=True)
