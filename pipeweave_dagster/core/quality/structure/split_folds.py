"""Predictions of the same rows by the probe, under a random split and under an honest one."""

from typing import NamedTuple

import numpy as np

from pipeweave_dagster.core.columns.column import Codes, Floats
from pipeweave_dagster.core.quality.structure.probe_model import predictions
from pipeweave_dagster.core.quality.structure.probe_rows import ProbeRows

FOLDS = 5
FORWARD_FROM = (0.55, 0.7, 0.85)
"""Shares of the rows from which on three forward folds begin; each learns from all before it."""
BLOCKS = 30
_LEAST_LEARN, _LEAST_TEST = 50, 10


class Outputs(NamedTuple):
    """Outputs of both splits for the same rows.

    Attributes:
        data: The rows.
        random: Output with a random split.
        honest: Output by models that know no row of the same group, or no later row.
        fold: The honest fold of each row.
        cluster: The group, or the stretch of time, of each row: what is resampled as a whole.
    """

    data: ProbeRows
    random: Floats
    honest: Floats
    fold: Codes
    cluster: Codes


def group_outputs(read: ProbeRows, hidden: ProbeRows, groups: Codes) -> Outputs:
    """Predict every row once with random folds, and once with folds of whole groups.

    Args:
        read: The rows with the features that a random split would leave to the model.
        hidden: The same rows without the group itself.
        groups: Group of each row.
    """
    fold = _group_folds(groups)
    # The rows are in the order of a hash, so this is random, and independent of their groups.
    random_fold = np.arange(len(groups), dtype=np.int32) % FOLDS
    random, honest = _held_out(read, random_fold), _held_out(hidden, fold)
    return Outputs(hidden, random, honest, fold, groups)


def forward_outputs(data: ProbeRows, time: Codes) -> Outputs | None:
    """Predict later rows by earlier ones, and by as many random rows of all times.

    Args:
        data: The rows.
        time: Rank of each row's time.

    Returns:
        The outputs for the last 45 % of the rows; None if no fold has enough rows.
    """
    order = np.argsort(time, kind="stable")
    ranked, n = time[order], len(order)
    cuts = [int(np.searchsorted(ranked, ranked[int(share * n)])) for share in FORWARD_FROM]
    rng = np.random.default_rng(0)
    parts = []
    for k, (start, end) in enumerate(zip(cuts, [*cuts[1:], n], strict=True)):
        if start < _LEAST_LEARN or end - start < _LEAST_TEST:
            continue
        test = order[start:end]
        honest = predictions(data, np.sort(order[:start]), test)
        random = np.zeros_like(honest)
        half = rng.permutation(len(test)) % 2
        for side in (0, 1):
            others = np.setdiff1d(np.arange(n), test[half == side])
            learn = np.sort(rng.permutation(others)[:start])
            random[half == side] = predictions(data, learn, test[half == side])
        parts.append((test, random, honest, np.full(len(test), k, dtype=np.int32)))
    if not parts:
        return None
    test, random, honest, fold = (np.concatenate(piece) for piece in zip(*parts, strict=True))
    return Outputs(data.part(test), random, honest, fold, even_blocks(time[test], BLOCKS))


def even_blocks(time: Floats | Codes, blocks: int) -> Codes:
    """Return the block of each row: so many of similar size; equal times are in one block."""
    ranked = np.sort(time)
    cuts = np.unique(ranked[np.linspace(0, len(time), blocks + 1).astype(int)[1:-1]])
    return np.searchsorted(cuts, time, side="right").astype(np.int32)


def _held_out(data: ProbeRows, fold: Codes) -> Floats:
    output = np.zeros((len(fold), data.classes) if data.classes else len(fold))
    for k in np.unique(fold):  # there may be fewer groups than folds
        test = np.flatnonzero(fold == k)
        output[test] = predictions(data, np.flatnonzero(fold != k), test)
    return output


def _group_folds(groups: Codes) -> Codes:
    """Assign whole groups to folds, the largest first, each to the fold with the fewest rows."""
    _, of_row, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    load, fold = np.zeros(FOLDS), np.zeros(len(sizes), dtype=np.int32)
    for group in np.argsort(-sizes, kind="stable"):
        fold[group] = int(np.argmin(load))
        load[fold[group]] += sizes[group]
    return fold[of_row]
