"""What a model that compares rows with their group is worth for rows of new groups.

Folds of a random split do not show it: the other rows of a validation row's group are in training.
"""

import numpy as np
import pandas as pd

from pipeweave_dagster.core.families.search_space import GROUPED
from pipeweave_dagster.core.metrics.metrics import Array, score, weights_of
from pipeweave_dagster.core.training.data.fold_features import FoldData, Problem, model_output
from pipeweave_dagster.core.training.ensemble.build import Ensemble
from pipeweave_dagster.core.training.search.search import Search

_LEAST_GROUPS, _LEAST_ROWS = 20, 1.5
"""Groups, and rows per group, from which a column may tell whole groups apart."""
_MOST_FILLED = 0.5
"""Share of the whole numbers of a range that identities fill at most."""


def new_group_notes(ensemble: Ensemble, search: Search) -> list[str]:
    """Return the score of the heaviest such member on validation rows whose groups are hidden.

    There is none without such a member, or where whole groups are validation rows in any case.
    """
    members = [(w, r) for r, w in ensemble.weighted if r.candidate.params.get(GROUPED)]
    problem = search.cache.problem
    groups = [name for name in _groups(problem) if is_identity(problem.features[name])]
    if not members or not groups or search.spec.split.kind == "group":
        return []
    result = max(members, key=lambda member: member[0])[1]
    if not result.members:  # of a search that was resumed
        return []
    fit, data = result.members[0]
    output = model_output(fit, data, without_groups(problem, data, groups), problem.classes)
    y, weight = problem.y[data.valid], weights_of(problem.weight, data.valid)
    known = score(search.metric, y, result.oof[data.valid], weight)
    new = score(search.metric, y, output, weight)
    if known is None or new is None:
        return []
    note = (
        f"For rows of new groups expect {search.metric} {new:.3g} instead of {known:.3g}: that of "
        f"{result.candidate.name} on the validation rows of one fold, their `{groups[0]}` hidden. "
        f"If the groups to predict are new, set `split: {{group: {groups[0]}}}` in pipeweave.yaml."
    )
    return [note]


def is_identity(column: pd.Series) -> bool:
    """Return whether values name groups of rows: many, repeated, and no small counts or amounts.

    Numbers that fill most of their range (rooms, ages, years) say how much there is of something,
    and rows that agree in them have nothing else in common.
    """
    known = column.dropna()
    distinct = int(known.nunique())
    if distinct < _LEAST_GROUPS or len(known) < _LEAST_ROWS * distinct:
        return False
    if not pd.api.types.is_numeric_dtype(known.dtype):
        return True
    numbers = known.to_numpy(dtype=np.float64)
    whole = bool((numbers == np.floor(numbers)).all())
    return whole and distinct < _MOST_FILLED * (numbers.max() - numbers.min() + 1)


def without_groups(problem: Problem, data: FoldData, groups: list[str]) -> Array:
    """Return the inputs of a fold's validation rows as if none of these groups were known.

    A number that forms a group is known of new groups as well; a name is unseen.
    """
    features = problem.features.iloc[data.valid]
    names = [name for name in groups if name not in problem.columns.numbers]
    inputs = np.array(data.transformer.transform(_hidden(features, names)))
    alone = data.transformer.transform(_hidden(features, groups))
    for name, where in data.transformer.output_indices_.items():
        if name.startswith(("relative", "encoded")):
            inputs[:, where] = alone[:, where]
    return inputs


def _groups(problem: Problem) -> list[str]:
    """Return the columns that form groups, those of the surest feature first."""
    columns = problem.columns
    groups = [*(group for _, group in columns.relative), *columns.encoded]
    return list(dict.fromkeys(name for group in groups for name in group))


def _hidden(features: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    return features.assign(**{n: features[n].mask(np.ones(len(features), bool)) for n in names})
