"""Test whether importances depend on which training rows a model happened to see."""

from collections import Counter
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from pipeweave_dagster.core.documents import Stability
from pipeweave_dagster.core.evaluation.audit.probe import Probe
from pipeweave_dagster.core.explain.shap_values import contributions
from pipeweave_dagster.core.families.candidate import fit_candidate
from pipeweave_dagster.core.pace import Pace
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.training_set import TrainingSet
from pipeweave_dagster.core.training.ensemble.bundle import bundle_of, member

READABLE = 0.7
_MODELS = 4
_LEAST_COLUMNS = 3


def stability(
    bundle: dict[str, Any], table: pd.DataFrame, pace: Pace | None = None
) -> Stability | None:
    """Compare mean absolute contributions of members of one kind, trained on different rows.

    Args:
        bundle: The model before it was refitted on all rows, whose members come from the folds.
        table: Raw rows to explain.
        pace: Time limit; members that do not fit into it are left out.

    Returns:
        None if fewer than two members can be explained, or for fewer than three columns.
    """
    pace = pace or Pace()
    kinds = Counter(_kind(member) for member in bundle["members"])
    for kind, count in kinds.most_common():
        if count < 2:
            continue
        alike = [member for member in bundle["members"] if _kind(member) == kind]
        sizes = [
            _sizes({**bundle, "members": [member]}, table)
            for member in alike[:_MODELS]
            if pace.fits()
        ]
        known = [size for size in sizes if size is not None]
        if len(known) > 1 and len(known[0]) >= _LEAST_COLUMNS:
            return _compared(known)
    return None


def stability_of_probes(
    training_set: TrainingSet, probe: Probe, table: pd.DataFrame, pace: Pace | None = None
) -> Stability | None:
    """Compare four probes instead, for models without two members of one kind.

    Each learns from all rows but a random quarter, as fold models do.

    Args:
        training_set: Training rows.
        probe: The probe most similar to the model.
        table: Raw rows to explain.
        pace: Time limit; probes that do not fit into it are left out.
    """
    pace = pace or Pace()
    count = len(training_set.problem.y)
    quarter = np.random.default_rng(training_set.problem.seed).permutation(count) % _MODELS
    folds = [(np.flatnonzero(quarter != k), np.flatnonzero(quarter == k)) for k in range(_MODELS)]
    cache = FoldCache(replace(training_set.problem, folds=folds))
    members = []
    for fold in range(_MODELS):
        if not pace.fits():
            break
        data = cache.get(probe.candidate.view, fold)
        rows = cache.rows(probe.candidate.view, data, probe.rounds)
        rows = replace(rows, x_valid=None, y_valid=None)
        fit = fit_candidate(probe.candidate, rows, pace.deadline)
        pace.is_cut = pace.is_cut or fit.cut
        members.append(member(fit, data))
    bundle = bundle_of(
        training_set.problem.task, training_set.problem.labels, training_set.frame, members
    )
    found = stability(bundle, table)
    return found and found.model_copy(update={"by": "quick models of a similar kind"})


def _kind(member: dict[str, Any]) -> str:
    return type(member["pipeline"][-1]).__name__


def _sizes(bundle: dict[str, Any], table: pd.DataFrame) -> np.ndarray | None:
    found = contributions(bundle, table)
    return None if found is None else np.abs(found.values).mean(axis=(0, 2))


def _compared(sizes: list[np.ndarray]) -> Stability | None:
    varying = [size for size in sizes if np.ptp(size) > 0]
    if len(varying) < 2:
        return None
    pairs = [float(spearmanr(a, b).statistic) for a, b in combinations(varying, 2)]
    mean = round(float(np.mean(pairs)), 3)
    return Stability(correlation=mean, models=len(varying), readable=mean >= READABLE)
