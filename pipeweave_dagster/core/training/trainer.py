"""Training from the typed table to the model file, inside the budget."""

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import PipelineSpec, TrainedModel, Trial
from pipeweave_dagster.core.training import files
from pipeweave_dagster.core.training.clock import Clock
from pipeweave_dagster.core.training.cost import answerable, beyond_reserve, trimmed
from pipeweave_dagster.core.training.ensemble import (
    Weighted,
    blended,
    held_back,
    name_of,
    select,
)
from pipeweave_dagster.core.training.external import Source, suits, try_all_rows
from pipeweave_dagster.core.training.extras import Extras, extras_of, whole_bundle
from pipeweave_dagster.core.training.families.base import THREADS, threads_limited
from pipeweave_dagster.core.training.finish import complete, fold_parts, more_folds, refit
from pipeweave_dagster.core.training.fitting import ALL_ROWS
from pipeweave_dagster.core.training.folds import FoldCache
from pipeweave_dagster.core.training.job import Job, make_job, notes_of
from pipeweave_dagster.core.training.journal import Journal
from pipeweave_dagster.core.training.memory import rows_that_fit, told
from pipeweave_dagster.core.training.metrics import GREATER_IS_BETTER, Array, score
from pipeweave_dagster.core.training.packages import package_versions
from pipeweave_dagster.core.training.portfolio import absent
from pipeweave_dagster.core.training.search import Search
from pipeweave_dagster.core.training.serving import score as predictions
from pipeweave_dagster.core.training.split import Index
from pipeweave_dagster.core.training.stacking import stack_of
from pipeweave_dagster.core.training.table import read_table
from pipeweave_dagster.core.training.trial import Result, trial_of
from pipeweave_dagster.core.training.verdict import Verdict, confirmed, verdict

_log = logging.getLogger(__name__)

_SHOWN = 40
_PART_OF_SAMPLE = 0.5
_MOST_OF_END = 0.7
_PART_FOR_REFIT = 0.9


def run_training(
    spec: PipelineSpec,
    data: Path,
    out: Path,
    clock: Clock,
    trials: Path | None = None,
    memory_mb: float | None = None,
) -> TrainedModel:
    """See `pipeweave_dagster.core.training.train`."""
    began, seed = clock.used, spec.split.seed
    missing = absent(spec)
    rows_fit = rows_that_fit(spec, data, memory_mb)
    job = make_job(spec, read_table(spec, data, rows_fit), seed)
    if rows_fit is not None and job.table.read < rows_fit:
        rows_fit = None  # a sample for the sake of time is smaller still
    clock = clock.after_preparing(clock.used - began)
    cache = FoldCache(job.problem)
    rows = len(job.table.y)
    larger = suits(job)
    searching = clock.until(_PART_OF_SAMPLE) if larger else clock
    # Trials on other rows of the same table are no trials of this search.
    own = trials / f"rows-{rows_fit}" if trials and rows_fit else trials
    search = Search(spec, cache, searching, rows, job.frame, job.lanes, Journal(own))
    results = search.run()
    if larger and (
        whole := try_all_rows(job, cache, search.made, results, Source(data, out), clock)
    ):
        results.append(whole)
    weighted, refittable = _mixture(job, cache, search, clock)
    problem = job.problem
    stack, answers = stack_of(weighted, problem.y, problem.classes, problem.weight, seed)
    found, z = _judge(job, weighted, answers, results[0])
    if found == "no signal":
        weighted, stack = held_back(weighted, results[0]), None
        answers = blended(weighted)
    asked = len(job.split.test) // job.lanes
    parts = fold_parts(weighted, asked, min(clock.to_end, clock.reserve_s))
    extras = Extras() if found == "no signal" else extras_of(job, answers, stack)
    evaluated = whole_bundle(job, search.made, parts, extras, job.split.train)
    scores = _answers(evaluated, job)
    judged, z = _confirmed(job, found, z, answers, scores)
    test_rows = files.write_test_rows(job, scores, out)
    reference = files.write_reference(job, out)
    began = clock.used
    before = files.write_bundle(evaluated, out / files.EVALUATED)
    store_s = (clock.used - began) / len(parts)
    everything = FoldCache(job.whole(cache.problem, search.made))
    refitted = refit(weighted, everything, clock, job.lanes, store_s) if refittable else None
    # What was seen of copied rows is remembered of all rows in any case: it takes no time.
    if refitted is not None or extras.trust is not None:
        final = whole_bundle(job, search.made, refitted or parts, extras, np.arange(rows))
        model = files.write_bundle(final, out / files.MODEL)
    else:
        model = before = files.renamed(out / files.EVALUATED, out / files.MODEL)
    _log.info("winner %s, verdict %s (z %.1f), %.1f s", name_of(weighted), judged, z, clock.used)
    return TrainedModel(
        task=spec.task,
        target=spec.target,
        metric=spec.metric,
        greater_is_better=GREATER_IS_BETTER[spec.metric],
        classes=job.table.classes,
        features=spec.features,
        winner=name_of(weighted),
        verdict=judged,
        leaderboard=_leaderboard(results, weighted, answers, job)[:_SHOWN],
        recipe=[part.recipe for part in refitted or parts],
        made=search.made,
        temperature=extras.temperature,
        trust=extras.trust,
        threshold=extras.threshold,
        stack=extras.stack,
        test_digest=files.digest_of(job),
        seed=seed,
        threads=job.problem.threads or 1,
        rows_train=len(job.split.train),
        rows_test=len(job.split.test),
        rows_dropped=job.table.dropped,
        rows_fit=rows_fit,
        sampled_of=job.table.total if job.table.read < job.table.total else None,
        budget_s=clock.budget_s,
        used_s=round(clock.used, 2),
        package_versions=package_versions(),
        model=model,
        evaluated=before,
        test_rows=test_rows,
        reference=reference,
        overrides=spec.overrides,
        notes=[
            *notes_of(job),
            *_absent_note(missing),
            *told(rows_fit, memory_mb),
            *_skipped_note(search.skipped),
            *_search_note(search),
            *extras.notes,
            *_held_back_note(found),
            *_unconfirmed_note(found, judged),
            _final_note(weighted, refitted=refitted is not None),
        ],
    )


def _mixture(job: Job, cache: FoldCache, search: Search, clock: Clock) -> tuple[Weighted, bool]:
    """The chosen candidates, and whether there is time (and reason) to fit them on all rows."""
    rows, metric, asked = len(job.table.y), job.spec.metric, len(job.split.test) // job.lanes
    weighted = select(search.finalists(), job.problem.y, metric, seed=job.spec.split.seed)
    affordable = trimmed(weighted, rows, _PART_FOR_REFIT * clock.left, job.lanes)
    weighted = weighted if affordable is None or _on_disk(weighted) else affordable
    complete(weighted, cache, metric, clock)
    if affordable is None:
        end_s = beyond_reserve([result for result, _ in weighted], asked, clock.reserve_s)
        more_folds(weighted, cache, metric, clock, job.lanes, end_s)
    refittable = affordable is not None and _on_disk(weighted) is None
    return answerable(weighted, asked, _MOST_OF_END * clock.to_end), refittable


def _answers(bundle: dict[str, Any], job: Job) -> pd.DataFrame:
    """Predictions for the test rows, in as many parts at a time as there are lanes."""
    rows = job.table.raw.iloc[job.split.test]

    def answer(part: Index) -> pd.DataFrame:
        with threads_limited(job.problem.threads or THREADS):
            return predictions(bundle, rows.iloc[part])

    parts = np.array_split(np.arange(len(rows)), job.lanes)
    with ThreadPoolExecutor(job.lanes) as pool:
        return pd.concat(pool.map(answer, parts), ignore_index=True)


def _search_note(search: Search) -> list[str]:
    notes = []
    if search.proposed:
        notes.append(f"{search.proposed} further candidates were tried near the best ones.")
    if search.made:
        shown = ", ".join(entry["name"] for entry in search.made[:5])
        notes.append(
            f"Candidates named `crossed` also saw {len(search.made)} features made from others "
            f"({shown}{', …' if len(search.made) > 5 else ''})."
        )
    return notes


def _judge(job: Job, weighted: Weighted, answers: Array, dummy: Result) -> tuple[Verdict, float]:
    if weighted[0][0] is dummy:
        return "no signal", 0.0
    return verdict(job.spec.metric, job.problem.y, answers, dummy.oof)


def _absent_note(missing: list[str]) -> list[str]:
    return [
        f"`{name}` is not installed here, so it was not tried (pip install 'pipeweave[{name}]')."
        for name in missing
    ]


def _skipped_note(skipped: list[str]) -> list[str]:
    if not skipped:
        return []
    return [f"No time was left to try {', '.join(skipped)}: a larger budget would."]


def _confirmed(
    job: Job, found: Verdict, z: float, answers: Array, scores: pd.DataFrame
) -> tuple[Verdict, float]:
    """What the test rows make of a verdict on rows that have chosen the model."""
    if found == "no signal":
        return found, z
    rows, classes = job.split.test, job.table.classes
    names = [f"probability_{label}" for label in classes] or ["prediction"]
    output = scores[names].to_numpy(dtype=np.float64)
    constant = np.tile(files.constant_output(job), (len(rows), 1))
    if not classes:
        output, constant = output[:, 0], constant[:, 0]
    held_out = answers.reshape(len(job.problem.y), -1)
    seen = int((~np.isnan(held_out).any(axis=1)).sum())
    return confirmed(job.spec.metric, z, seen, job.table.y[rows], output, constant)


def _unconfirmed_note(found: Verdict, judged: Verdict) -> list[str]:
    if found == judged:
        return []
    return [
        (
            "On rows that chose it, it looked better than the constant model; with the test rows, "
            "and less what choosing alone brings, it does not."
        )
    ]


def _held_back_note(found: Verdict) -> list[str]:
    if found == "model":
        return []
    return ["No signal was found, so its answers are held half-way to those of the constant model."]


def _on_disk(weighted: Weighted) -> Result | None:
    """The member that learned from all rows, which no refit on the sample could better."""
    return next((r for r, _ in weighted if r.candidate.params.get(ALL_ROWS)), None)


def _final_note(weighted: Weighted, *, refitted: bool) -> str:
    what = " + ".join(f"{weight:.2f} {result.candidate.name}" for result, weight in weighted)
    if refitted:
        return (
            f"Model: {what}. After the test rows were scored it was fitted once more on all rows, "
            "test rows included; the scores are those of the models before."
        )
    if whole := _on_disk(weighted):
        return f"Model: {what}; `{whole.candidate.name}` {whole.note}, all but the test rows."
    return f"Model: {what}; the mean of the models of the folds (no time to fit on all rows)."


def _leaderboard(
    results: list[Result], weighted: Weighted, answers: Array, job: Job
) -> list[Trial]:
    """The winner, then those that got through as many folds, then the others; best first."""
    folds, metric = len(job.problem.folds), job.spec.metric
    sign = 1.0 if GREATER_IS_BETTER[metric] else -1.0
    shared = min(result.done for result, _ in weighted)
    ordered = sorted(
        results,
        key=lambda r: (r.score is None, -min(r.done, shared), -sign * (r.score or 0.0)),
    )
    trials = [trial_of(result, folds) for result in ordered]
    winner = name_of(weighted)
    if len(weighted) > 1:
        return [_ensemble_trial(weighted, answers, job), *trials]
    return [t for t in trials if t.name == winner] + [t for t in trials if t.name != winner]


def _ensemble_trial(weighted: Weighted, output: Array, job: Job) -> Trial:
    """Scored on the same folds as the others (its weights were chosen on them)."""
    y, metric = job.problem.y, job.spec.metric
    shared = min(result.done for result, _ in weighted)
    folds = [valid for _, valid in job.problem.folds[:shared]]
    values = [score(metric, y[valid], output[valid]) for valid in folds]
    known = [value for value in values if value is not None]
    return Trial(
        name="ensemble",
        family="ensemble",
        params={result.candidate.name: round(weight, 3) for result, weight in weighted},
        score=sum(known) / len(known) if known else None,
        fit_seconds=0.0,
        state="done",
        note="weights chosen on the rows that the folds held out",
    )
