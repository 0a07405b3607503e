"""Rows of scores: intervals, paired tests, calibration, thresholds (EVA, TRN-18)."""

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from lightgbm import LGBMClassifier
from scipy.stats import binom

from acceptance.common import Check
from acceptance.models import Trainer
from pipeweave_dagster.core.documents import Costs
from pipeweave_dagster.core.families.candidate import Candidate, fit_candidate
from pipeweave_dagster.core.metrics.all_metrics import calibration_error
from pipeweave_dagster.core.metrics.bootstrap import interval_of
from pipeweave_dagster.core.metrics.decision_costs import cheapest_threshold, mean_cost
from pipeweave_dagster.core.metrics.metrics import Array, Codes, row_log_loss, score
from pipeweave_dagster.core.metrics.paired_test import paired
from pipeweave_dagster.core.model.bundle_scores import tempered
from pipeweave_dagster.core.training.data.fold_features import FoldCache, model_output
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.row_sample import sample_rows
from pipeweave_dagster.core.training.data.training_set import TrainingSet, make_training_set
from pipeweave_dagster.core.training.ensemble.calibration import fit_temperature

_CLASSED = (
    "adult_income", "german_credit", "pima_diabetes", "telco_churn", "hr_attrition_ibm",
    "caravan_insurance", "white_wine_quality", "landsat_satellite", "dc_characters_align",
    "income_bracket_bay",
)  # fmt: skip
_TOO_SURE = Candidate("too sure", "lightgbm", {"learning_rate": 0.15})
_SOUND = Candidate("sound", "extra_trees")
_TOO_MANY_ROUNDS = 250
_RESAMPLES, _RESAMPLED_ROWS, _PAIRS = 1_000, 1_000, 20
_ROWS, _CALIBRATED_ROWS = 6_000, 4_000


def _job(trainer: Trainer, name: str, rows: int = _ROWS) -> TrainingSet:
    read, _, spec = trainer.planned(name)
    return make_training_set(spec, sample_rows(read_table(spec, read.data), rows), seed=0)


def _answers(
    training_set: TrainingSet, candidate: Candidate, folds: int, rounds: int | None = None
) -> tuple[Array, Array]:
    """Outputs for rows that folds left out (NaN for others), and of the last one for test rows."""
    cache = FoldCache(training_set.problem)
    oof = np.full((len(training_set.problem.y), max(1, training_set.problem.classes)), np.nan)
    told, test = oof, training_set.features.iloc[training_set.split.test]
    for fold in range(min(folds, len(training_set.problem.folds))):
        data = cache.get(candidate.view, fold)
        rows = cache.rows(candidate.view, data, rounds)
        if rounds is not None:
            rows = replace(rows, x_valid=None, y_valid=None)
        fit = fit_candidate(candidate, rows, time.monotonic() + 300)
        oof[data.valid] = model_output(fit, data, data.x_valid, training_set.problem.classes)
        told = model_output(
            fit, data, data.transformer.transform(test), training_set.problem.classes
        )
    return oof, told


def coverage(trainer: Trainer) -> Iterator[Check]:
    """Intervals of resamples of Adult against the score of all its test rows."""
    training_set = _job(trainer, "adult_income", 40_000)
    _, p = _answers(training_set, Candidate("lightgbm", "lightgbm", {"learning_rate": 0.2}), 1)
    y = training_set.table.y[training_set.split.test].astype(int)
    rng = np.random.default_rng(0)
    picks = [rng.integers(0, len(y), _RESAMPLED_ROWS) for _ in range(_RESAMPLES)]
    low, high = binom.ppf([0.005, 0.995], _RESAMPLES, 0.95) / _RESAMPLES
    for metric in ("roc_auc", "log_loss", "accuracy"):
        truth, hits = score(metric, y, p) or 0.0, 0
        for rows in picks:
            told = interval_of(metric, y[rows], p[rows])
            assert told.low is not None
            assert told.high is not None
            hits += told.low <= truth <= told.high
        share = hits / _RESAMPLES
        yield Check(
            "EVA-02", f"Adult, {metric}: 95 % intervals of 1,000 resamples hold the score, "
            f"{low:.3f} to {high:.3f}", f"{share:.3f}", low <= share <= high,
        )  # fmt: skip


def seeds(trainer: Trainer) -> Iterator[Check]:
    """Two models that differ in their seed alone, on Adult."""
    training_set = _job(trainer, "adult_income")
    cache = FoldCache(training_set.problem)
    data = cache.get("tree", 0)
    x = data.transformer.transform(training_set.features.iloc[training_set.split.test])
    y = training_set.table.y[training_set.split.test].astype(int)
    same = 0
    for pair in range(_PAIRS):
        told = [
            LGBMClassifier(
                n_estimators=60, subsample=0.7, subsample_freq=1, colsample_bytree=0.7,
                random_state=2 * pair + side, verbose=-1, n_jobs=2,
            ).fit(data.x, data.y).predict_proba(x)
            for side in (0, 1)
        ]  # fmt: skip
        same += paired("log_loss", y, told[0], told[1], "b").verdict == "not distinguishable"
    yield Check(
        "EVA-02", f"two seeds of one model are the same, at least {0.9 * _PAIRS:.0f} of {_PAIRS}",
        str(same), same >= 0.9 * _PAIRS,
    )  # fmt: skip


def thresholds(trainer: Trainer) -> Iterator[Check]:
    """The threshold for costs of 1 to 8 against all thresholds there are."""
    for name in ("caravan_insurance", "taxi_cancellation"):
        training_set = _job(trainer, name)
        oof, _ = _answers(training_set, Candidate("lightgbm", "lightgbm"), 2)
        seen = ~np.isnan(oof).any(axis=1)
        positive, p = training_set.problem.y[seen] == 1, oof[seen, 1]
        costs = Costs(false_positive=1, false_negative=8)
        brute = min(mean_cost(positive, p, at, costs) for at in [*np.unique(p), 1.1])
        found = mean_cost(positive, p, cheapest_threshold(positive, p, costs), costs)
        yield Check(
            "EVA-06", f"{name}, costs 1:8: within 1 % of the best of all thresholds",
            f"{found:.4f}, best {brute:.4f}", found <= 1.01 * brute,
        )  # fmt: skip


def calibrated(trainer: Trainer) -> Iterator[Check]:
    """The calibration error of probabilities that are right by construction."""
    del trainer
    rng = np.random.default_rng(0)
    p = rng.beta(2, 3, 200_000)
    found = calibration_error(rng.random(len(p)) < p, p)
    yield Check(
        "EVA-07", "error of calibrated probabilities below 0.01", f"{found:.4f}", found < 0.01
    )


def temperatures(trainer: Trainer) -> Iterator[Check]:
    """Trees that learned too long and sound ones, calibrated on some rows, judged on test rows."""
    worse: list[str] = []
    for what, candidate, rounds in (
        ("boosted too long", _TOO_SURE, _TOO_MANY_ROUNDS),
        ("forests", _SOUND, None),
    ):
        fallen, applied = 0, 0
        for name in _CLASSED:
            training_set = _job(trainer, name, _CALIBRATED_ROWS)
            oof, test = _answers(training_set, candidate, 2, rounds)
            y = training_set.table.y[training_set.split.test].astype(int)
            found = fit_temperature(training_set.problem.y, oof, training_set.problem.weight)
            after = test if found is None else tempered(test, found)
            applied += found is not None
            fallen += _error(y, after) < _error(y, test)
            rise = row_log_loss(y, after) - row_log_loss(y, test)
            if rise.mean() > 2 * np.std(rise, ddof=1) / np.sqrt(len(rise)):
                worse.append(f"{name}, {what}")
        told = f"calibrated {applied}, fell on {fallen}"
        wanted = 7 if rounds else applied / 2
        yield Check("TRN-18", f"{what}: the calibration error falls", told, fallen >= wanted)
    yield Check("TRN-18", "log loss rises nowhere beyond noise", str(worse), not worse)


def _error(y: Codes, p: Array) -> float:
    """Calibration error of the positive of two classes, or of the most probable of several."""
    if p.shape[1] == 2:
        return calibration_error(y == 1, p[:, 1])
    said = p.argmax(axis=1)
    return calibration_error(said == y, p.max(axis=1))


CHECKS = (calibrated, thresholds, temperatures, seeds, coverage)
