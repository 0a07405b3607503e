"""Static checks of the edges of a pipeline: order, cycles, gaps."""

from collections.abc import Iterator

from pipeweave_dagster.core.documents import PipelineSpec, Step
from pipeweave_dagster.core.pipelines.checks.problem import Problem, nearest

_ORDER = ("extract", "preprocess", "feature", "train", "predict")


def graph_problems(spec: PipelineSpec) -> Iterator[Problem]:
    """Yield edges to unknown steps, against the order or in a cycle, and steps without edges."""
    steps = {s.name: s for s in spec.steps}
    for index, step in enumerate(spec.steps):
        yield from _edges(f"steps.{index}.after", step, steps)
    edges = {s.name: [a for a in s.after if a in steps] for s in spec.steps}
    loop = _cycle(edges)
    if loop:
        yield Problem(
            "PIP403", "steps", f"The steps form a cycle: {' → '.join(loop)}.", "Remove one edge."
        )
    yield from _gaps(spec, edges)


def _edges(path: str, step: Step, steps: dict[str, Step]) -> Iterator[Problem]:
    if len(set(step.after)) < len(step.after):
        yield Problem("PIP405", path, "It names a step twice.", "Name it once.")
    for name in step.after:
        before = steps.get(name)
        if before is None:
            yield Problem("PIP401", path, f"There is no step `{name}`.", nearest(name, steps))
        elif _ORDER.index(before.kind) > _ORDER.index(step.kind):
            yield Problem(
                "PIP402",
                path,
                f"The {step.kind} step comes after the {before.kind} step `{name}`.",
                "Reverse the edge.",
            )


def _gaps(spec: PipelineSpec, edges: dict[str, list[str]]) -> Iterator[Problem]:
    """Yield steps that are not on a path from the table to the model to the predictions."""
    of_kind: dict[str, list[str]] = {kind: [] for kind in _ORDER}
    for step in spec.steps:
        of_kind[step.kind].append(step.name)
    extract, train = of_kind["extract"], of_kind["train"]
    if len(extract) != 1 or len(train) != 1:
        return
    learned = _before(train[0], edges)
    for index, step in enumerate(spec.steps):
        path = f"steps.{index}.after"
        if step.kind in ("preprocess", "feature"):
            if extract[0] not in _before(step.name, edges):
                yield _gap(path, f"`{step.name}` does not depend on the table.", extract[0])
            if step.name not in learned:
                at = next(i for i, s in enumerate(spec.steps) if s.kind == "train")
                message = f"The model is not trained on the output of `{step.name}`."
                yield _gap(f"steps.{at}.after", message, step.name)
        elif step.kind == "predict" and train[0] not in _before(step.name, edges):
            yield _gap(path, f"`{step.name}` does not depend on the model.", train[0])


def _gap(path: str, message: str, missing: str) -> Problem:
    return Problem("PIP404", path, message, f"Add `{missing}` to `after`.")


def _before(name: str, edges: dict[str, list[str]]) -> set[str]:
    """Return all steps that a step depends on, directly or not."""
    found: set[str] = set()
    waiting = list(edges[name])
    while waiting:
        step = waiting.pop()
        if step not in found:
            found.add(step)
            waiting.extend(edges[step])
    return found


def _cycle(after: dict[str, list[str]]) -> list[str]:
    """Return one cycle of the graph as a list of names, or an empty list (depth-first search)."""
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
