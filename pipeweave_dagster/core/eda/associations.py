"""Pairwise associations of columns of mixed types, with similar columns side by side."""

from typing import Any

import numpy as np

from pipeweave_dagster.core.columns.column import Codes, Column, Floats
from pipeweave_dagster.core.columns.predictive_power import bin_indices
from pipeweave_dagster.core.eda.number_summary import figure

MAX_COLUMNS = 40
MAX_ROWS = 20_000
LEVELS = 12
STRONG = 0.9
SEED = 0


def associations(columns: list[Column]) -> dict[str, Any]:
    """Return the matrix of bias-corrected Cramér's V over quantile bins and categories.

    One measure for all pairs of types keeps the cells comparable: 0 means independent, 1 that one
    column determines the other (Bergsma, 2013). Missing is a level of its own.

    Args:
        columns: The most predictive first; those after the fortieth are left out and counted.
    """
    chosen = [c for c in columns if c.distinct > 1 and not _is_key_like(c)][:MAX_COLUMNS]
    rows = chosen[0].rows if chosen else 0
    sample = _sample(rows)
    levels = [_compact(bin_indices(c, LEVELS)[c.codes[sample]]) for c in chosen]
    matrix = np.eye(len(chosen))
    for i in range(len(levels)):
        for j in range(i):
            matrix[i, j] = matrix[j, i] = cramers_v(levels[i], levels[j])
    order = _order(matrix)
    matrix = matrix[np.ix_(order, order)]
    names = [chosen[i].name for i in order]
    return {
        "measure": "bias-corrected Cramér's V over at most 12 levels",
        "columns": names,
        "matrix": [[figure(round(v, 4)) for v in row] for row in matrix],
        "groups": _groups(names, matrix),
        "left_out": len(columns) - len(chosen),
        "sample": _sampling(rows, len(sample) if isinstance(sample, np.ndarray) else rows),
    }


def cramers_v(a: tuple[Codes, int], b: tuple[Codes, int]) -> float:
    """Return the bias-corrected Cramér's V of two columns (codes from 0, number of levels)."""
    (x, r), (y, k) = a, b
    n = len(x)
    table = np.bincount(x.astype(np.int64) * k + y, minlength=r * k).reshape(r, k)
    expected = np.outer(table.sum(1), table.sum(0)) / n
    chi2 = float(((table - expected) ** 2 / np.maximum(expected, 1e-300)).sum())
    if n < 3 or min(r, k) < 2:
        return 0.0
    phi2 = max(0.0, chi2 / n - (r - 1) * (k - 1) / (n - 1))
    room = min(r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)) - 1
    return float(min(1.0, np.sqrt(phi2 / room))) if room > 0 else 0.0


def _is_key_like(column: Column) -> bool:
    """Whether a text has so many distinct values that it is associated with anything by chance."""
    return not column.ordered and column.distinct > max(50, 0.2 * column.present)


def _sample(rows: int) -> Any:
    if rows <= MAX_ROWS:
        return slice(None)
    return np.sort(np.random.default_rng(SEED).choice(rows, MAX_ROWS, replace=False))


def _sampling(rows: int, taken: int) -> dict[str, Any] | None:
    """Return the sample and the standard error of a cell near 0; None without sampling."""
    if taken >= rows:
        return None
    return {"rows": taken, "of": rows, "seed": SEED, "standard_error": figure(taken**-0.5)}


def _compact(codes: Codes) -> tuple[Codes, int]:
    used, compact = np.unique(codes, return_inverse=True)
    return compact.astype(np.int32), len(used)


def _order(matrix: Floats) -> list[int]:
    """Order columns so that similar ones are neighbours: leaves of an average-linkage tree.

    Merged branches are flipped so that their most similar ends touch. (With at most forty columns
    that takes a millisecond; importing scipy for it takes half a second.)
    """
    branches = [[i] for i in range(len(matrix))]
    near = matrix.copy()
    np.fill_diagonal(near, -1.0)
    while len(branches) > 1:
        a, b = sorted(int(i) for i in np.unravel_index(near.argmax(), near.shape))
        sizes = len(branches[a]), len(branches[b])
        near[a] = near[:, a] = np.average(near[[a, b]], axis=0, weights=sizes)
        near[a, a] = -1.0
        near = np.delete(np.delete(near, b, 0), b, 1)
        branches[a] = _merged(branches[a], branches.pop(b), matrix)
    return branches[0] if branches else []


def _merged(left: list[int], right: list[int], matrix: Floats) -> list[int]:
    orders = [(x, y) for x in (left, left[::-1]) for y in (right, right[::-1])]
    x, y = max(orders, key=lambda order: float(matrix[order[0][-1], order[1][0]]))
    return x + y


def _groups(names: list[str], matrix: Floats) -> list[list[str]]:
    """Return runs of neighbours with an association of at least 0.9."""
    groups: list[list[str]] = []
    for i, name in enumerate(names):
        if i and matrix[i, i - 1] >= STRONG:
            groups[-1].append(name)
        else:
            groups.append([name])
    return [group for group in groups if len(group) > 1]
