"""The forms of a model that a person can read, each as a candidate.

All of them are additive: the margin (log-odds, or the value) is a sum of one curve per column. The
last may add a table for each of a few pairs of columns (GA2M; Lou et al. 2013).
"""

from typing import Any, NamedTuple

from pipeweave_dagster.core.documents.readable import TwinForm
from pipeweave_dagster.core.families import FAMILIES
from pipeweave_dagster.core.families.candidate import Candidate, is_skewed
from pipeweave_dagster.core.families.search_space import CURVES, LOG, READABLE
from pipeweave_dagster.core.training.data.fold_features import Problem

CONSTRAINTS = "interaction_constraints"
"""LightGBM's parameter: the sets of inputs that may meet in one tree."""
_TREES = "lightgbm"
_SLOW, _QUICK, _FEW_ROWS = 0.05, 0.1, 3_000
_LEAST_LEAF, _SMALL_TABLE = 10, 300


class Form(NamedTuple):
    """A readable kind of model, as a candidate; trees get their constraints fold by fold."""

    kind: TwinForm
    candidate: Candidate

    @property
    def is_trees(self) -> bool:
        """Whether it consists of trees, which need constraints to stay additive."""
        return self.candidate.family == _TREES

    @property
    def has_pairs(self) -> bool:
        """Whether pairs of columns may act together."""
        return self.kind == "additive trees with pairs"


def readable_forms(problem: Problem) -> list[Form]:
    """Return what is tried, the simplest first; of a skewed target also its logarithm."""
    rate = _SLOW if len(problem.y) < _FEW_ROWS else _QUICK
    leaf = _LEAST_LEAF if len(problem.y) > _SMALL_TABLE else _LEAST_LEAF // 2
    alone = {"num_leaves": 4, "colsample_bytree": 0.5}
    together = {"num_leaves": 6, "colsample_bytree": 0.8}
    trees = {"learning_rate": rate, "min_child_samples": leaf, "reg_lambda": 1.0}
    found = [
        _form("linear model", "linear", {}),
        _form("additive trees", _TREES, trees | alone),
        _form("additive trees with pairs", _TREES, trees | together),
        _form("splines", "linear", {CURVES: True}),
    ]
    if not problem.columns.curved:
        found.pop()
    if problem.monotone:
        found = [form for form in found if FAMILIES[form.candidate.family].supports_monotone]
    if problem.classes or not is_skewed(problem.y):
        return found
    return found + [
        _form(form.kind, form.candidate.family, {**form.candidate.params, LOG: True})
        for form in found
    ]


def _form(kind: TwinForm, family: str, params: dict[str, Any]) -> Form:
    name = f"readable {kind}{', log target' if params.get(LOG) else ''}"
    return Form(kind, Candidate(name, family, {READABLE: True, **params}))
