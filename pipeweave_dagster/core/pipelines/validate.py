"""Static checks of a pipeline: every problem has a code, a path and a fix; nothing is computed."""

from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple

from pipeweave_dagster.core.documents import PipelineSpec, Step
from pipeweave_dagster.core.pipelines.catalogue import DATE_PARTS, IMPUTE, KNOWN_FAMILIES
from pipeweave_dagster.core.pipelines.columns import UNREAD
from pipeweave_dagster.core.pipelines.custom import known_steps, step_type
from pipeweave_dagster.core.pipelines.derived import USE, troubles, uses_of

_HASHED_AS = ("numeric", "categorical", "text", UNREAD)
_ORDER = ("extract", "preprocess", "feature", "train", "predict")


class Problem(NamedTuple):
    """What is wrong, where in the specification, and how to mend it."""

    code: str
    path: str
    message: str
    fix: str

    @property
    def text(self) -> str:
        """The problem in one line."""
        return f"{self.code} at {self.path}: {self.message} {self.fix}"


def validate(spec: PipelineSpec, columns: list[str] | None = None) -> list[Problem]:
    """All problems of a pipeline, in the order of its fields; empty if there are none.

    Args:
        spec: The pipeline.
        columns: Columns of the table, if known; else names are not checked against it.
    """
    problems = [*_roles(spec, columns), *_names(spec)]
    for index, step in enumerate(spec.steps):
        problems.extend(_step(spec, index, step))
    problems.extend(_derived(spec))
    problems.extend(_graph(spec))
    problems.extend(_coverage(spec))
    return problems


def _nearest(name: str, names: list[str]) -> str:
    close = get_close_matches(name, names, n=1)
    return f"Did you mean `{close[0]}`?" if close else f"Use one of: {', '.join(names[:20])}."


def _roles(spec: PipelineSpec, columns: list[str] | None) -> Iterator[Problem]:
    if spec.target in spec.features:
        yield Problem(
            "PIP101",
            "features",
            f"The target `{spec.target}` is a feature.",
            "Take it out of the features.",
        )
    if spec.split.kind in ("group", "fold") and spec.split.column in spec.features:
        yield Problem(
            "PIP102",
            "features",
            f"`{spec.split.column}` divides the rows and is a feature.",
            "Take it out of the features.",
        )
    if spec.weight is not None and spec.weight in spec.features:
        yield Problem(
            "PIP103", "features", f"The weight `{spec.weight}` is a feature.", "Take it out."
        )
    if spec.split.kind != "hash" and not spec.split.column:
        yield Problem(
            "PIP104",
            "split.column",
            f"A split by {spec.split.kind} needs a column.",
            "Name it in `split`.",
        )
    if not 0 < spec.split.test_share < 1 or spec.split.folds < 2:
        yield Problem(
            "PIP105",
            "split",
            "The test share must lie between 0 and 1, and folds be 2 or more.",
            "Use 0.2 and 5.",
        )
    for name, use in spec.split.hashed_as.items():
        if name not in spec.features or use not in _HASHED_AS:
            yield Problem(
                "PIP107",
                "split.hashed_as",
                f"`{name[:60]}: {use[:60]}` does not say how a feature was read.",
                f"Name features, each with one of: {', '.join(_HASHED_AS)}; or remove it.",
            )
    known = columns if columns is not None else [*spec.features, spec.target]
    for path, name in [
        ("target", spec.target),
        *((f"features.{i}", f) for i, f in enumerate(spec.features)),
    ]:
        if name not in known:
            yield Problem("PIP106", path, f"No column is named `{name}`.", _nearest(name, known))


def _names(spec: PipelineSpec) -> Iterator[Problem]:
    for name, count in Counter(s.name for s in spec.steps).items():
        if count > 1:
            yield Problem(
                "PIP201", "steps", f"{count} steps are named `{name}`.", "Give each its own name."
            )
    trainers = [s.name for s in spec.steps if s.kind == "train"]
    if len(trainers) != 1:
        yield Problem(
            "PIP202",
            "steps",
            f"There must be one train step, but there are {len(trainers)}.",
            "Keep one step of the kind `train`.",
        )


def _step(spec: PipelineSpec, index: int, step: Step) -> Iterator[Problem]:
    path = f"steps.{index}"
    kind = step_type(step.use)
    if kind is None:
        yield Problem(
            "PIP301",
            f"{path}.use",
            f"No step is called `{step.use}`.",
            _nearest(step.use, list(known_steps())),
        )
        return
    if kind.kind != step.kind:
        yield Problem(
            "PIP302",
            f"{path}.kind",
            f"`{step.use}` is a {kind.kind} step, not {step.kind}.",
            f"Write `kind: {kind.kind}`.",
        )
    if kind.takes_columns and not step.columns:
        yield Problem(
            "PIP303",
            f"{path}.columns",
            f"`{step.use}` works on columns, but none is named.",
            "Name them, or remove the step.",
        )
    for name in step.columns:
        if name not in spec.features and not (step.use == "table" and name == spec.target):
            yield Problem(
                "PIP304",
                f"{path}.columns",
                f"`{name}` is no feature.",
                _nearest(name, spec.features),
            )
    for name, value in step.params.items():
        if name not in kind.params:
            yield Problem(
                "PIP305",
                f"{path}.params.{name}",
                f"`{step.use}` has no parameter `{name}`.",
                _nearest(name, list(kind.params)) if kind.params else "Remove it.",
            )
        elif type(value) not in kind.params[name]:
            yield Problem(
                "PIP306",
                f"{path}.params.{name}",
                f"It is {type(value).__name__}.",
                f"It must be {' or '.join(t.__name__ for t in kind.params[name])}.",
            )
    yield from _choices(path, step)


def _choices(path: str, step: Step) -> Iterator[Problem]:
    known = (("families", KNOWN_FAMILIES), ("parts", DATE_PARTS), ("impute", IMPUTE))
    for param, allowed in known:
        values = step.params.get(param)
        values = [values] if param == "impute" and isinstance(values, str) else values
        for value in values if isinstance(values, list) else ():
            if value not in allowed:
                yield Problem(
                    "PIP307",
                    f"{path}.params.{param}",
                    f"`{value}` is not known.",
                    _nearest(str(value), list(allowed)),
                )


def _derived(spec: PipelineSpec) -> Iterator[Problem]:
    for index, step in enumerate(spec.steps):
        if step.use != USE:
            continue
        found = step.params.get("features")
        for trouble in troubles(found, uses_of(spec), step.columns):
            place = f".{trouble.place}" if trouble.place >= 0 else ""
            path = f"steps.{index}.params.features{place}"
            yield Problem("PIP601", path, trouble.message, trouble.fix)


def _graph(spec: PipelineSpec) -> Iterator[Problem]:
    steps = {s.name: s for s in spec.steps}
    for index, step in enumerate(spec.steps):
        for name in step.after:
            before = steps.get(name)
            if before is None:
                yield Problem(
                    "PIP401",
                    f"steps.{index}.after",
                    f"No step is named `{name}`.",
                    _nearest(name, list(steps)),
                )
            elif _ORDER.index(before.kind) > _ORDER.index(step.kind):
                yield Problem(
                    "PIP402",
                    f"steps.{index}.after",
                    f"The {step.kind} step comes after the {before.kind} step `{name}`.",
                    "Turn the edge round.",
                )
    loop = _cycle({s.name: [a for a in s.after if a in steps] for s in spec.steps})
    if loop:
        yield Problem("PIP403", "steps", f"A cycle: {' → '.join(loop)}.", "Remove one edge.")


def _cycle(after: dict[str, list[str]]) -> list[str]:
    """One cycle of the graph as a list of names, or an empty list (depth-first search)."""
    done: set[str] = set()
    for start, first in after.items():
        trail: list[str] = []
        stack: list[tuple[str, Iterator[str]]] = [(start, iter(first))]
        while stack:
            name, edges = stack[-1]
            if name not in trail:
                trail.append(name)
            following = next((e for e in edges if e not in done), None)
            if following is None:
                done.add(name)
                trail.remove(name)
                stack.pop()
            elif following in trail:
                return [*trail[trail.index(following) :], following]
            else:
                stack.append((following, iter(after[following])))
    return []


def _coverage(spec: PipelineSpec) -> Iterator[Problem]:
    uses = Counter(
        column
        for step in spec.steps
        if step.kind in ("preprocess", "feature") and step.use != USE
        for column in step.columns
    )
    for name in spec.features:
        if uses[name] != 1:
            yield Problem(
                "PIP501",
                "steps",
                f"The feature `{name}` stands in {uses[name]} preprocessing steps.",
                "Put it into exactly one.",
            )
    if not spec.features:
        yield Problem("PIP502", "features", "There is no feature.", "Name at least one column.")
