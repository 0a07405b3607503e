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
from pipeweave_dagster.core.training.data.memory_limit import rows_that_fit, told
from pipeweave_dagster.core.training.data.split import Index
from pipeweave_dagster.core.training.data.training_set import Job, make_job, notes_of
from pipeweave_dagster.core.training.ensemble.build import Mixture, confirmed_by, mixture_of
from pipeweave_dagster.core.training.ensemble.postprocess import Extras, extras_of, whole_bundle
from pipeweave_dagster.core.training.ensemble.refit import Part, fold_parts, refit
from pipeweave_dagster.core.training.families.base import THREADS, threads_limited
from pipeweave_dagster.core.training.leaderboard import leaderboard
from pipeweave_dagster.core.training.out_of_core.xgboost_external_memory import (
    Source,
    suits,
    try_all_rows,
)
from pipeweave_dagster.core.training.search.budget import Clock
from pipeweave_dagster.core.training.search.portfolio import absent
from pipeweave_dagster.core.training.search.search import Search
from pipeweave_dagster.core.training.search.trial_log import Journal

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
    extras: Extras
    verdict: Verdict
    payloads: dict[str, Payload]


def run_training(
    spec: PipelineSpec,
    data: Path,
    out: Path,
    clock: Clock,
    trials: Path | None = None,
    memory_mb: float | None = None,
) -> TrainedModel:
    """See `pipeweave_dagster.core.training.train`."""
    began = clock.used
    missing = absent(spec)
    rows_fit = rows_that_fit(spec, data, memory_mb)
    job = make_job(spec, read_table(spec, data, rows_fit), spec.split.seed)
    if rows_fit is not None and job.table.read < rows_fit:
        rows_fit = None  # a sample for the sake of time is smaller still
    clock = clock.after_preparing(clock.used - began)
    # Trials on other rows of the same table are no trials of this search.
    own = trials / f"rows-{rows_fit}" if trials and rows_fit else trials
    search = _searched(job, Source(data, out), clock, Journal(own))
    mixture = mixture_of(job, search.cache, search, clock)
    fitted = _fitted(job, search, mixture, out, clock)
    notes = [
        *notes_of(job),
        *training_notes.of_installation(missing),
        *told(rows_fit, memory_mb),
        *training_notes.of_search(search),
        *fitted.extras.notes,
        *training_notes.of_verdict(mixture, fitted.verdict, search),
        training_notes.of_model(mixture, refitted=fitted.refitted),
    ]
    return TrainedModel(
        **_asked(job, rows_fit),
        **fitted.extras._asdict(),
        **fitted.payloads,
        winner=mixture.name,
        verdict=fitted.verdict,
        leaderboard=leaderboard(search.results, mixture, job, search.enough),
        recipe=[part.recipe for part in fitted.parts],
        made=[dict(entry) for entry in search.crosses],
        budget_s=clock.budget_s,
        used_s=round(clock.used, 2),
        package_versions=package_versions(),
        notes=notes,
    )


def _asked(job: Job, rows_fit: int | None) -> dict[str, Any]:
    """What was to be learned, and from which rows."""
    spec, table = job.spec, job.table
    return {
        "task": spec.task,
        "target": spec.target,
        "metric": spec.metric,
        "greater_is_better": GREATER_IS_BETTER[spec.metric],
        "classes": table.classes,
        "features": spec.features,
        "overrides": spec.overrides,
        "seed": job.problem.seed,
        "threads": job.problem.threads or 1,
        "test_digest": model_files.digest_of(job),
        "rows_train": len(job.split.train),
        "rows_test": len(job.split.test),
        "rows_dropped": table.dropped,
        "rows_fit": rows_fit,
        "sampled_of": table.total if table.read < table.total else None,
    }


def _fitted(job: Job, search: Search, mixture: Mixture, out: Path, clock: Clock) -> _Fitted:
    """Answer for the test rows with models that have not seen them; then fit on all rows."""
    asked = len(job.split.test) // job.lanes
    parts = fold_parts(mixture.weighted, asked, min(clock.to_end, clock.reserve_s))
    signal = mixture.found != "no signal"
    extras = extras_of(job, mixture.answers, mixture.stack) if signal else Extras()
    evaluated = whole_bundle(job, search.crosses, parts, extras, job.split.train)
    scores = _answers(evaluated, job)
    judged, z = confirmed_by(job, mixture, scores)
    payloads = {
        "test_rows": model_files.write_test_rows(job, scores, out),
        "reference": model_files.write_reference(job, out),
        "division": model_files.write_division(job, out),
    }
    began = clock.used
    payloads["evaluated"] = model_files.write_bundle(evaluated, out / model_files.EVALUATED)
    store_s = (clock.used - began) / len(parts)
    refitted = None
    if mixture.refittable:
        everything = FoldCache(job.whole(search.cache.problem, search.crosses))
        refitted = refit(mixture.weighted, everything, clock, job.lanes, store_s)
    # What was seen of copied rows is remembered of all rows in any case: it takes no time.
    if refitted is not None or extras.trust is not None:
        rows = np.arange(len(job.table.y))
        final = whole_bundle(job, search.crosses, refitted or parts, extras, rows)
        payloads["model"] = model_files.write_bundle(final, out / model_files.MODEL)
    else:
        moved = model_files.renamed(out / model_files.EVALUATED, out / model_files.MODEL)
        payloads |= {"model": moved, "evaluated": moved}
    _log.info("winner %s, verdict %s (z %.1f), %.1f s", mixture.name, judged, z, clock.used)
    return _Fitted(refitted or parts, refitted is not None, extras, judged, payloads)


def _searched(job: Job, source: Source, clock: Clock, journal: Journal) -> Search:
    """The search, and on a table that was sampled one candidate that learns from all rows."""
    larger = suits(job)
    searching = clock.until(_PART_OF_SAMPLE) if larger else clock
    cache = FoldCache(job.problem)
    search = Search(job.spec, cache, searching, len(job.table.y), job.frame, job.lanes, journal)
    results = search.run()
    if larger and (whole := try_all_rows(job, cache, search.crosses, results, source, clock)):
        results.append(whole)
    return search


def _answers(bundle: dict[str, Any], job: Job) -> pd.DataFrame:
    """Predictions for the test rows, in as many parts at a time as there are lanes."""
    rows = job.table.raw.iloc[job.split.test]

    def answer(part: Index) -> pd.DataFrame:
        with threads_limited(job.problem.threads or THREADS):
            return predictions(bundle, rows.iloc[part])

    parts = np.array_split(np.arange(len(rows)), job.lanes)
    with ThreadPoolExecutor(job.lanes) as pool:
        return pd.concat(pool.map(answer, parts), ignore_index=True)
