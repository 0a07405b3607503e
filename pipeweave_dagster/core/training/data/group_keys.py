"""Which columns may form groups: those that repeat, alone or together with others."""

import numpy as np
import pandas as pd

from pipeweave_dagster.core.pipelines.layout import Layout
from pipeweave_dagster.core.training.data.split import Index

Group = tuple[str, ...]
_MIN_GROUPS = 3
_POOL = 30
_STARTS = 3
_MIN_REPEATED = 0.3
"""Share of rows with others of their group: a third of the partners may be validation rows."""
_Z = 3.0


def groups_of(
    features: pd.DataFrame, columns: Layout, excluded: set[str], most: int
) -> list[Group]:
    """Return sets of columns whose equal values may form groups.

    Args:
        features: Prepared training rows.
        columns: Which of them vary, by kind.
        excluded: Columns that form no groups.
        most: How many single columns are returned (many categories first, then numbers that
            repeat, then few categories), before sets of several.
    """
    singles = [n for n in _repeating(features, columns) if n not in excluded]
    return [(name,) for name in singles[:most]] + _joint(features, singles[:_POOL])


def _repeating(features: pd.DataFrame, columns: Layout) -> list[str]:
    """Return the columns with enough rows that share their value, those with most groups first."""
    ranked = []
    for kind, names in enumerate((columns.many, columns.numbers, columns.few)):
        for name in names:
            codes, distinct = pd.factorize(features[name])
            if len(distinct) >= _MIN_GROUPS and _repeated(codes[codes >= 0]) >= _MIN_REPEATED:
                ranked.append((kind, -len(distinct), name))
    return [name for _, _, name in sorted(ranked)]


def _joint(features: pd.DataFrame, names: list[str]) -> list[Group]:
    """Return sets of columns that repeat together more often than by chance.

    An income and a household size that are those of a household are equal in all of its rows, also
    where no column says which household that is.
    """
    codes = {name: pd.factorize(features[name], use_na_sentinel=False)[0] for name in names}
    by_levels = sorted(names, key=lambda name: (-int(codes[name].max()), name))
    found: dict[frozenset[str], Group] = {}
    rng = np.random.default_rng(0)
    for start in by_levels[:_STARTS]:
        group: Group = (start,)
        joint = codes[start]
        for name in by_levels:
            together = _paired(joint, codes[name])
            count = int(together.max()) + 1
            if (
                name == start
                or count == int(joint.max()) + 1
                or _repeated(together) < _MIN_REPEATED
            ):
                continue
            by_chance = int(_paired(joint, rng.permutation(codes[name])).max()) + 1
            if count < by_chance - _Z * np.sqrt(by_chance):
                group, joint = (*group, name), together
                found.setdefault(frozenset(group), group)
    return list(found.values())


def _paired(first: Index, second: Index) -> Index:
    """Return codes of pairs of codes."""
    pairs = first.astype(np.int64) * (int(second.max()) + 1) + second
    return np.asarray(np.unique(pairs, return_inverse=True)[1])


def _repeated(codes: Index) -> float:
    """Return the share of rows that have another row with the same code."""
    return float((np.bincount(codes)[codes] > 1).mean())
