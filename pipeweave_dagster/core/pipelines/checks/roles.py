"""Static checks of a pipeline's roles: target, features, weight, split, metric, classes."""

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
"""Metrics of each task; the first is not always its default."""

_HASHED_AS = ("numeric", "categorical", "text", UNREAD)
_MOST_FOLDS = 50
_OUT = "Remove it from the features."


def role_problems(spec: PipelineSpec, columns: list[str] | None) -> Iterator[Problem]:
    """Yield columns in two roles, unknown columns, and settings that do not fit the task.

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
        message = f"The split column `{spec.split.column}` is a feature."
        yield Problem("PIP102", "features", message, _OUT)
    if weight is not None and weight in spec.features:
        yield Problem("PIP103", "features", f"The weight `{weight}` is a feature.", _OUT)
    if weight == target:
        yield Problem("PIP103", "weight", "The target is also the weight.", "Name another column.")
    for name, count in Counter(spec.features).items():
        if count > 1:
            message = f"`{name}` is listed {count} times."
            yield Problem("PIP108", "features", message, "Name each feature once.")


def _split(spec: PipelineSpec) -> Iterator[Problem]:
    split = spec.split
    if split.kind == "hash" and split.column:
        message = f"A split by hash does not use the column `{split.column}`."
        yield Problem("PIP104", "split.kind", message, "Write `kind: group`, `time` or `fold`.")
    if split.kind != "hash" and not split.column:
        message = f"A split by {split.kind} needs a column."
        yield Problem("PIP104", "split.column", message, "Name it under `split`.")
    if split.column == spec.target:
        message = "The target cannot be the split column."
        yield Problem("PIP104", "split.column", message, "Name another column.")
    if not 0 < split.test_share < 1 or not 2 <= split.folds <= _MOST_FOLDS:
        message = f"`test_share` must be between 0 and 1, and `folds` between 2 and {_MOST_FOLDS}."
        yield Problem("PIP105", "split", message, "Use 0.2 and 5.")
    if split.seed < 0:
        yield Problem("PIP105", "split.seed", "A seed cannot be negative.", "Use 0.")
    for name, use in split.hashed_as.items():
        if name not in (*spec.features, *spec.dropped) or use not in _HASHED_AS:
            yield Problem(
                "PIP107",
                "split.hashed_as",
                f"`{name[:60]}: {use[:60]}` does not name a column and how it was read.",
                f"Name features or dropped columns, each with one of: {', '.join(_HASHED_AS)}; "
                "or remove it.",
            )


def _known(spec: PipelineSpec, columns: list[str] | None) -> Iterator[Problem]:
    named = [("target", spec.target), *((f"features.{i}", f) for i, f in enumerate(spec.features))]
    if columns is not None:
        named += [("weight", spec.weight)] if spec.weight is not None else []
        named += [("split.column", spec.split.column)] if spec.split.column else []
        named += [("split.id", spec.split.id)] if spec.split.id else []
        named += [(f"sensitive.{i}", name) for i, name in enumerate(spec.sensitive)]
    known = columns if columns is not None else [*spec.features, spec.target]
    for path, name in named:
        if name not in known:
            message = f"There is no column `{name}`."
            yield Problem("PIP106", path, message, nearest(name, known))


def _task(spec: PipelineSpec) -> Iterator[Problem]:
    suited = METRICS[spec.task]
    if spec.metric not in suited:
        message = f"`{spec.metric}` is not a metric for a {spec.task} target."
        yield Problem("PIP109", "metric", message, f"Use one of: {', '.join(suited)}.")
    if spec.task != "binary":
        for path, given in (("positive", spec.positive), ("costs", spec.costs)):
            if given is not None:
                message = f"`{path}` applies to binary targets only, and this one is {spec.task}."
                yield Problem("PIP109", path, message, "Remove it, or write `task: binary`.")
    elif spec.positive is not None and spec.classes and spec.positive not in spec.classes:
        message = f"`{spec.positive}` is not a class of the target."
        yield Problem("PIP109", "positive", message, nearest(spec.positive, spec.classes))
