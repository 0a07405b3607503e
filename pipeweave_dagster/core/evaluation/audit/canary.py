"""The leak canary: a pipeline without leaks cannot learn a shuffled target."""

from dataclasses import replace
from typing import Literal

import numpy as np
from scipy.stats import rankdata

from pipeweave_dagster.core.documents import Canary, PipelineSpec, Step
from pipeweave_dagster.core.evaluation.audit.probe import LINEAR, TREES, Probe, fold_outputs
from pipeweave_dagster.core.metrics.metrics import Array, auc
from pipeweave_dagster.core.pace import Pace
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.input_table import Table
from pipeweave_dagster.core.training.data.row_sample import sample_rows
from pipeweave_dagster.core.training.data.split import Index
from pipeweave_dagster.core.training.data.training_set import make_training_set

_ROWS = 1_000
_FOLDS, _FEW_ROWS = 4, 300
_ROWS_PER_WORD = 2.5
_MOST_CLASSES = 10
CRITICAL_Z = 5.0
"""Folds share training rows, so distances have a standard deviation of up to 1.4, not 1: at this
bound, fewer than one in a thousand models raise a false alarm."""
_WORD, _NUMBER = "canary word", "canary number"


def run_canary(spec: PipelineSpec, table: Table, pace: Pace | None = None) -> Canary:
    """Shuffle the target, add noise columns, and test whether held-out rows are predicted.

    Every step of the pipeline is fitted as in training. If a step uses rows that a fold holds out
    (such as a target encoding before the split), their targets leak into the noise columns, and
    the score rises above chance.

    Args:
        spec: The pipeline.
        table: Its table; at most 1,000 rows are used.
        pace: Time limit; folds that do not fit into it are skipped.
    """
    pace = pace or Pace()
    table = _with_fewer_classes(sample_rows(table, _ROWS))
    rng = np.random.default_rng(0)
    words = rng.integers(0, max(2, round(len(table.y) / _ROWS_PER_WORD)), len(table.y))
    noise = rng.normal(size=len(table.y))
    names = _names(spec)
    raw = table.raw.copy(deep=False)
    raw[names[0]], raw[names[1]] = np.array([f"w{k}" for k in words], dtype=object), noise
    y = rng.permutation(table.y)
    noisy = replace(table, y=y, raw=raw)
    training_set = make_training_set(_with(spec, names), noisy, seed=0)
    leak = _means(words, _most_common(y) if table.classes else y)
    cache, leak = FoldCache(training_set.problem), leak[training_set.split.train]
    distances = [_distance(cache, probe, pace) for probe in (TREES, LINEAR)]
    return _result(distances, _distance(cache, TREES, pace, leak), len(table.y))


def _with_fewer_classes(table: Table) -> Table:
    """Return the table with its rare classes as one: a tree per class and round takes its time."""
    if len(table.classes) <= _MOST_CLASSES:
        return table
    counts = np.bincount(table.y.astype(np.intp), minlength=len(table.classes))
    kept = np.sort(np.argsort(-counts, kind="stable")[: _MOST_CLASSES - 1])
    code = np.full(len(table.classes), _MOST_CLASSES - 1)
    code[kept] = np.arange(_MOST_CLASSES - 1)
    names = [*(table.classes[k] for k in kept), "other classes"]
    return replace(table, y=code[table.y.astype(np.intp)].astype(np.float64), classes=names)


def _result(distances: list[float | None], control: float | None, rows: int) -> Canary:
    known = [z for z in distances if z is not None]
    z = round(max(known), 2) if known else None
    detected = control is not None and control > CRITICAL_Z
    state: Literal["passed", "tripped", "cannot tell"] = "passed"
    message = (
        "A shuffled target was not learned, and a planted leak was detected: the pipeline is "
        "fitted inside the folds."
    )
    if z is not None and z > CRITICAL_Z:
        state = "tripped"
        message = (
            f"A shuffled target was predicted on held-out rows ({z:.1f} standard errors above "
            "chance): a step of the pipeline is fitted on rows that it is scored on, so the scores "
            "of this model are invalid."
        )
    elif len(known) < len(distances) or not detected:
        state = "cannot tell"
        message = (
            f"{rows} rows are too few (or time ran out) to test whether the pipeline is fitted "
            "inside the folds: a planted leak was not detected either."
        )
    return Canary(
        state=state,
        z=z,
        critical=CRITICAL_Z,
        control=None if control is None else round(control, 2),
        rows=rows,
        message=message,
    )


def _names(spec: PipelineSpec) -> list[str]:
    """Return names for the noise columns that no other column has."""
    names = [_WORD, _NUMBER]
    while {*names} & {*spec.features, spec.target}:
        names = [name + "'" for name in names]
    return names


def _most_common(y: Array) -> Array:
    """Return 1 for rows of the most frequent class, else 0."""
    return np.asarray(y == np.bincount(y.astype(np.intp)).argmax(), dtype=np.float64)


def _means(words: Index, y: Array) -> Array:
    """Encode the words by target means over all rows, as a leaking encoder would."""
    sums = np.bincount(words, weights=y)
    return np.asarray((sums / np.maximum(np.bincount(words), 1))[words])


def _with(spec: PipelineSpec, names: list[str]) -> PipelineSpec:
    """Return the pipeline with the noise columns in its own steps, or in steps of their own."""
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
    cache: FoldCache, probe: Probe, pace: Pace, extra: Array | None = None
) -> float | None:
    """Return the distance above chance on held-out rows; None if time ran out."""
    each: list[Array] = []
    folds = cache.problem.folds[: _FOLDS if len(cache.problem.y) > _FEW_ROWS else None]
    for fold, (_, valid) in enumerate(folds):
        if not pace.fits():
            return None
        held = fold_outputs(probe, cache, fold, pace, extra)
        each.append(_above_chance(cache.problem.y[valid], held.valid))
    # Folds are tested separately and combined (Stouffer et al. 1949): their levels may differ.
    return float(np.max(np.sum(each, axis=0) / len(each) ** 0.5))


def _above_chance(y: Array, output: Array) -> Array:
    """Return how much better than chance outputs rank the rows, in standard errors per class.

    Standard errors are Mann and Whitney's (1947) for classes, Spearman's 1 / sqrt(n - 1) for
    values.
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
