"""Static checks of the edges of a pipeline: order, cycles, gaps."""

from collections.abc import Iterator

from pipeweave_dagster.core.documents import PipelineSpec, Step
from pipeweave_dagster.core.pipelines.checks.problem import Problem, nearest

_ORDER = ("extract", "preprocess", "feature", "train", "predict")


def graph_problems(spec: PipelineSpec) -> Iterator[Problem]:
    """Edges to nowhere, against the order, in a circle; steps that no edge reaches."""
    steps = {s.name: s for s in spec.steps}
    for index, step in enumerate(spec.steps):
        yield from _edges(f"steps.{index}.after", step, steps)
    edges = {s.name: [a for a in s.after if a in steps] for s in spec.steps}
    loop = _cycle(edges)
    if loop:
        yield Problem("PIP403", "steps", f"A cycle: {' → '.join(loop)}.", "Remove one edge.")
    yield from _gaps(spec, edges)


def _edges(path: str, step: Step, steps: dict[str, Step]) -> Iterator[Problem]:
    if len(set(step.after)) < len(step.after):
        yield Problem("PIP405", path, "A step is named twice.", "Name it once.")
    for name in step.after:
        before = steps.get(name)
        if before is None:
            yield Problem("PIP401", path, f"No step is named `{name}`.", nearest(name, steps))
        elif _ORDER.index(before.kind) > _ORDER.index(step.kind):
            yield Problem(
                "PIP402",
                path,
                f"The {step.kind} step comes after the {before.kind} step `{name}`.",
                "Turn the edge round.",
            )


def _gaps(spec: PipelineSpec, edges: dict[str, list[str]]) -> Iterator[Problem]:
    """What is made must come from the table and go into the model, and answers come from it."""
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
                yield _gap(path, f"`{step.name}` does not come after the table.", extract[0])
            if step.name not in learned:
                at = next(i for i, s in enumerate(spec.steps) if s.kind == "train")
                told = f"The model does not come after `{step.name}`, so it would not see it."
                yield _gap(f"steps.{at}.after", told, step.name)
        elif step.kind == "predict" and train[0] not in _before(step.name, edges):
            yield _gap(path, f"`{step.name}` does not come after the model.", train[0])


def _gap(path: str, message: str, missing: str) -> Problem:
    return Problem("PIP404", path, message, f"Add `{missing}` to `after`.")


def _before(name: str, edges: dict[str, list[str]]) -> set[str]:
    """All steps that a step comes after, directly or not."""
    found: set[str] = set()
    waiting = list(edges[name])
    while waiting:
        step = waiting.pop()
        if step not in found:
            found.add(step)
            waiting.extend(edges[step])
    return found


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
