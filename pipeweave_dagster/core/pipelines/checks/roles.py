"""Static checks of who is who in a pipeline: target, features, weight, split, metric, classes."""

from collections import Counter
from collections.abc import Iterator

from pipeweave_dagster.core.documents import MetricName, PipelineSpec, Task
from pipeweave_dagster.core.pipelines.checks.problem import Problem, nearest
from pipeweave_dagster.core.pipelines.step_choice import UNREAD

METRICS: dict[Task, tuple[MetricName, ...]] = {
    "binary": ("roc_auc", "log_loss", "accuracy", "f1_macro"),
    "multiclass": ("log_loss", "accuracy", "f1_macro", "roc_auc"),
    "regression": ("rmse", "mae", "r2"),
}
"""Metrics that suit a task; the first is not always its default."""

_HASHED_AS = ("numeric", "categorical", "text", UNREAD)
_MOST_FOLDS = 50
_OUT = "Take it out of the features."


def role_problems(spec: PipelineSpec, columns: list[str] | None) -> Iterator[Problem]:
    """Columns in two roles at once, unknown columns, and a task that does not fit the rest.

    Args:
        spec: The pipeline.
        columns: Columns of the table, if known; else names are not checked against it.
    """
    yield from _features(spec)
    yield from _split(spec)
    yield from _known(spec, columns)
    yield from _task(spec)


def _features(spec: PipelineSpec) -> Iterator[Problem]:
    target, weight = spec.target, spec.weight
    if target in spec.features:
        yield Problem("PIP101", "features", f"The target `{target}` is a feature.", _OUT)
    if spec.split.kind in ("group", "fold") and spec.split.column in spec.features:
        told = f"`{spec.split.column}` divides the rows and is a feature."
        yield Problem("PIP102", "features", told, _OUT)
    if weight is not None and weight in spec.features:
        yield Problem("PIP103", "features", f"The weight `{weight}` is a feature.", "Take it out.")
    if weight == target:
        yield Problem("PIP103", "weight", "The target is the weight.", "Name another column.")
    for name, count in Counter(spec.features).items():
        if count > 1:
            told = f"`{name}` stands there {count} times."
            yield Problem("PIP108", "features", told, "Name each feature once.")


def _split(spec: PipelineSpec) -> Iterator[Problem]:
    split = spec.split
    if split.kind == "hash" and split.column:
        told = f"A split by hash does not look at `{split.column}`."
        yield Problem("PIP104", "split.kind", told, "Write `kind: group`, `time` or `fold`.")
    if split.kind != "hash" and not split.column:
        told = f"A split by {split.kind} needs a column."
        yield Problem("PIP104", "split.column", told, "Name it in `split`.")
    if split.column == spec.target:
        told = "The target divides the rows."
        yield Problem("PIP104", "split.column", told, "Name another column.")
    if not 0 < split.test_share < 1 or not 2 <= split.folds <= _MOST_FOLDS:
        told = f"The test share must lie between 0 and 1, and folds between 2 and {_MOST_FOLDS}."
        yield Problem("PIP105", "split", told, "Use 0.2 and 5.")
    if split.seed < 0:
        yield Problem("PIP105", "split.seed", "A seed is 0 or more.", "Use 0.")
    for name, use in split.hashed_as.items():
        if name not in (*spec.features, *spec.dropped) or use not in _HASHED_AS:
            yield Problem(
                "PIP107",
                "split.hashed_as",
                f"`{name[:60]}: {use[:60]}` does not say how a feature was read.",
                f"Name features or columns left out, each with one of: {', '.join(_HASHED_AS)}; "
                "or remove it.",
            )


def _known(spec: PipelineSpec, columns: list[str] | None) -> Iterator[Problem]:
    named = [("target", spec.target), *((f"features.{i}", f) for i, f in enumerate(spec.features))]
    if columns is not None:
        named += [("weight", spec.weight)] if spec.weight is not None else []
        named += [("split.column", spec.split.column)] if spec.split.column else []
        named += [(f"sensitive.{i}", name) for i, name in enumerate(spec.sensitive)]
    known = columns if columns is not None else [*spec.features, spec.target]
    for path, name in named:
        if name not in known:
            told = f"No column is named `{name}`."
            yield Problem("PIP106", path, told, nearest(name, known))


def _task(spec: PipelineSpec) -> Iterator[Problem]:
    suited = METRICS[spec.task]
    if spec.metric not in suited:
        told = f"`{spec.metric}` does not suit a {spec.task} target."
        yield Problem("PIP109", "metric", told, f"Use one of: {', '.join(suited)}.")
    if spec.task != "binary":
        for path, given in (("positive", spec.positive), ("costs", spec.costs)):
            if given is not None:
                told = f"A {spec.task} target has no two classes."
                yield Problem("PIP109", path, told, "Remove it, or write `task: binary`.")
    elif spec.positive is not None and spec.classes and spec.positive not in spec.classes:
        told = f"`{spec.positive}` is no class of the target."
        yield Problem("PIP109", "positive", told, nearest(spec.positive, spec.classes))
