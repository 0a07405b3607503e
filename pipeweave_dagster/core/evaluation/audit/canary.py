"""A canary for leaks: a target that was shuffled must not be learned by any honest pipeline."""

import time
from dataclasses import replace
from typing import Literal

import numpy as np
from scipy.stats import rankdata

from pipeweave_dagster.core.documents import Canary, PipelineSpec, Step
from pipeweave_dagster.core.evaluation.audit.probe import LINE, TREES, Probe, fold_outputs
from pipeweave_dagster.core.metrics.metrics import Array, auc
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.input_table import Table
from pipeweave_dagster.core.training.data.row_sample import sample_rows
from pipeweave_dagster.core.training.data.split import Index
from pipeweave_dagster.core.training.data.training_set import make_training_set

_ROWS = 1_000
_FOLDS, _FEW_ROWS = 4, 300
_ROWS_A_WORD = 2.5
CRITICAL_Z = 5.0
"""Folds share the rows that they learn from, so distances scatter by up to 1.4, not by 1: at this
bound a false alarm is rarer than one in a thousand models."""
_WORD, _NUMBER = "canary word", "canary number"


def run_canary(spec: PipelineSpec, table: Table, *, seconds: float = 20.0) -> Canary:
    """Shuffle the target, add columns of noise, and see whether held-out rows are foretold.

    Every step of the pipeline is fitted as in training. Where one of them looks at rows that a
    fold holds out (a target encoding before the rows were divided), their targets shine through
    the noise, and the score rises above chance.

    Args:
        spec: The pipeline.
        table: Its table; at most 1,000 rows are used.
        seconds: What is not done by then is not done.
    """
    end = time.monotonic() + seconds
    table = sample_rows(table, _ROWS)
    rng = np.random.default_rng(0)
    words = rng.integers(0, max(2, round(len(table.y) / _ROWS_A_WORD)), len(table.y))
    noise = rng.normal(size=len(table.y))
    names = _names(spec)
    raw = table.raw.copy(deep=False)
    raw[names[0]], raw[names[1]] = np.array([f"w{k}" for k in words], dtype=object), noise
    y = rng.permutation(table.y)
    noisy = replace(table, y=y, raw=raw)
    job = make_training_set(_with(spec, names), noisy, seed=0)
    leak = _means(words, _most_common(y) if table.classes else y)
    cache, leak = FoldCache(job.problem), leak[job.split.train]
    distances = [_distance(cache, probe, end) for probe in (TREES, LINE)]
    return _judged(distances, _distance(cache, TREES, end, leak), len(table.y))


def _judged(distances: list[float | None], control: float | None, rows: int) -> Canary:
    known = [z for z in distances if z is not None]
    z = round(max(known), 2) if known else None
    seen = control is not None and control > CRITICAL_Z
    state: Literal["passed", "tripped", "cannot tell"] = "passed"
    words = (
        "A shuffled target was not learned, and a leak that was planted on purpose was seen: what "
        "is fitted is fitted inside the folds."
    )
    if z is not None and z > CRITICAL_Z:
        state = "tripped"
        words = (
            f"A shuffled target was foretold on held-out rows ({z:.1f} standard errors above "
            "chance): a step of the pipeline is fitted on rows that it is scored on, so no score "
            "of this model can be believed."
        )
    elif len(known) < len(distances) or not seen:
        state = "cannot tell"
        words = (
            f"{rows} rows are too few (or there was no time) to tell whether fitting stays inside "
            "the folds: a leak that was planted on purpose was not seen either."
        )
    return Canary(
        state=state,
        z=z,
        critical=CRITICAL_Z,
        control=None if control is None else round(control, 2),
        rows=rows,
        message=words,
    )


def _names(spec: PipelineSpec) -> list[str]:
    """Names for the columns of noise that no column has."""
    names = [_WORD, _NUMBER]
    while {*names} & {*spec.features, spec.target}:
        names = [name + "'" for name in names]
    return names


def _most_common(y: Array) -> Array:
    """1 for rows of the most frequent class."""
    return np.asarray(y == np.bincount(y.astype(np.intp)).argmax(), dtype=np.float64)


def _means(words: Index, y: Array) -> Array:
    """What a target encoding without folds would make of the words."""
    sums = np.bincount(words, weights=y)
    return np.asarray((sums / np.maximum(np.bincount(words), 1))[words])


def _with(spec: PipelineSpec, names: list[str]) -> PipelineSpec:
    """The pipeline with the columns of noise in its own steps, or in steps of their own."""
    steps = list(spec.steps)
    for name in names:
        use = "categorical" if name.startswith(_WORD) else "numeric"
        at = next((i for i, step in enumerate(steps) if step.use == use), None)
        if at is None:
            params = {"max_native": 40} if use == "categorical" else {}
            step = Step(name=f"canary {use}", kind="preprocess", use=use, params=params)
            steps.insert(1, step)
            at = 1
        columns = [*steps[at].columns, name]
        steps[at] = steps[at].model_copy(update={"columns": columns})
    return spec.model_copy(update={"steps": steps, "features": [*spec.features, *names]})


def _distance(
    cache: FoldCache, probe: Probe, end: float, beside: Array | None = None
) -> float | None:
    """Distance above chance on held-out rows; None if time was over before all folds were done."""
    each: list[Array] = []
    folds = cache.problem.folds[: _FOLDS if len(cache.problem.y) > _FEW_ROWS else None]
    for fold, (_, valid) in enumerate(folds):
        if time.monotonic() > end:
            return None
        held = fold_outputs(probe, cache, fold, end, beside)
        each.append(_above_chance(cache.problem.y[valid], held.valid))
    # Each fold is judged for itself (Stouffer et al. 1949): levels may differ between folds.
    return float(np.max(np.sum(each, axis=0) / len(each) ** 0.5))


def _above_chance(y: Array, output: Array) -> Array:
    """How far outputs order the rows better than chance, in standard errors; one for each class.

    Areas under the curve have Mann and Whitney's error (1947), values Spearman's 1 / sqrt(n - 1).
    """
    if output.ndim == 1:
        spread = np.ptp(y) > 0 and np.ptp(output) > 0 and len(y) > 2
        ranked = np.corrcoef(rankdata(y), rankdata(output))[0, 1] if spread else 0.0
        return np.array([ranked * (len(y) - 1) ** 0.5])
    found = []
    for k in range(1 if output.shape[1] == 2 else 0, output.shape[1]):
        area, m = auc(y == k, output[:, k]), int((y == k).sum())
        n = len(y) - m
        found.append(0.0 if area is None else (area - 0.5) / ((m + n + 1) / (12 * m * n)) ** 0.5)
    return np.array(found)
