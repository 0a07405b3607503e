"""The candidates and their order: a fixed list, so equal data is searched in the same way."""

from pipeweave_dagster.core.documents import PipelineSpec
from pipeweave_dagster.core.training.families import FAMILIES
from pipeweave_dagster.core.training.folds import Problem
from pipeweave_dagster.core.training.trial import Candidate

_ORDER = [
    Candidate("dummy", "dummy"),
    Candidate("linear", "linear"),
    Candidate("lightgbm", "lightgbm"),
    Candidate("hist_gradient_boosting", "hist_gradient_boosting"),
    Candidate("xgboost", "xgboost"),
    Candidate("random_forest", "random_forest"),
    Candidate("extra_trees", "extra_trees"),
    Candidate("neighbours", "neighbours"),
]


def portfolio(spec: PipelineSpec, problem: Problem) -> list[Candidate]:
    """Candidates that the pipeline allows and that suit the table; `dummy` always."""
    step = next(s for s in spec.steps if s.kind == "train")
    allowed = {"dummy", *step.params.get("families", FAMILIES)}
    rows, columns = problem.features.shape
    return [
        candidate
        for candidate in _ORDER
        if candidate.family in allowed
        and FAMILIES[candidate.family].suits(rows, columns, problem.classes)
    ]
