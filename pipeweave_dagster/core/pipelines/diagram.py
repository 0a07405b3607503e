"""Diagrams of a pipeline: SVG for pages and Mermaid for documents; and a description in prose."""

import re

from pipeweave_dagster.core.charts.svg import Svg
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import PipelineSpec, Step
from pipeweave_dagster.core.pipelines.derived_features import USE
from pipeweave_dagster.core.pipelines.step_choice import STEP_NAMES

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y = 150, 46, 46, 14
_TOP = 30
_QUOTED = re.compile(r"[^A-Za-z0-9_ ]")


def layers(spec: PipelineSpec) -> list[list[Step]]:
    """Return the steps in layers from left to right, each right of all that it depends on."""
    steps = {s.name: s for s in spec.steps}
    depth: dict[str, int] = {}
    for _ in steps:
        for step in spec.steps:
            before = [depth.get(name, 0) for name in step.after if name in steps]
            depth[step.name] = max(before, default=-1) + 1
    found: list[list[Step]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for step in spec.steps:
        found[min(depth[step.name], len(found) - 1)].append(step)
    return [layer for layer in found if layer]


def svg_diagram(spec: PipelineSpec) -> str:
    """Return the pipeline as SVG: a box per step with name, type and column count; edges."""
    columns = layers(spec)
    tallest = max((len(layer) for layer in columns), default=1)
    width = len(columns) * (_WIDTH + _GAP_X) + 10
    svg = Svg(width, _TOP + tallest * (_HEIGHT + _GAP_Y) + 10, f"Pipeline for {spec.target}")
    places: dict[str, tuple[float, float]] = {}
    for i, layer in enumerate(columns):
        top = _TOP + (tallest - len(layer)) * (_HEIGHT + _GAP_Y) / 2
        for j, step in enumerate(layer):
            places[step.name] = (10 + i * (_WIDTH + _GAP_X), top + j * (_HEIGHT + _GAP_Y))
    for step in spec.steps:
        x, y = places[step.name]
        for name in step.after:
            if name in places:
                a, b = places[name]
                svg.line([(a + _WIDTH, b + _HEIGHT / 2), (x, y + _HEIGHT / 2)])
    for step in spec.steps:
        x, y = places[step.name]
        svg.rect(x, y, _WIDTH, _HEIGHT, opacity=0.15)
        svg.text(x + 8, y + 19, step.name[:20])
        svg.text(x + 8, y + 36, _about(step)[:24])
    return svg.markup()


def _about(step: Step) -> str:
    count = len(step.columns)
    return f"{step.use}: {count} column{'s' if count > 1 else ''}" if count else step.use


def mermaid_diagram(spec: PipelineSpec) -> str:
    """Return the pipeline as a Mermaid flowchart; names lose characters that need quoting."""
    ids = {step.name: f"s{index}" for index, step in enumerate(spec.steps)}
    lines = ["flowchart LR"]
    for step in spec.steps:
        label = _QUOTED.sub(" ", f"{step.name} {_about(step)}")[:80]
        lines.append(f'  {ids[step.name]}["{label}"]')
    for step in spec.steps:
        lines += [f"  {ids[name]} --> {ids[step.name]}" for name in step.after if name in ids]
    return "\n".join(lines) + "\n"


def describe(spec: PipelineSpec) -> str:
    """Return what the pipeline does, in a few sentences."""
    kinds = [s for s in spec.steps if s.kind in ("preprocess", "feature")]
    groups = [f"{len(s.columns)} as {_label(s)}" for s in kinds if s.columns]
    split = {"hash": "a hash of each row", "time": "time", "group": "group", "fold": "given folds"}
    text = (
        f"Predicts {spec.target} ({spec.task}) from {counted(len(spec.features), 'column')}: "
        f"{', '.join(groups)}. "
        f"Test rows ({spec.split.test_share:.0%}) are chosen by {split[spec.split.kind]}; the rest "
        f"is split into {spec.split.folds} folds. Models are compared by {spec.metric}."
    )
    if spec.monotone:
        constraints = ", ".join(f"{name} ({d})" for name, d in spec.monotone.items())
        text += f" Monotone constraints: {constraints}."
    return text + _dropped(len(spec.dropped))


def _dropped(count: int) -> str:
    if count == 1:
        return " One column is dropped, with its reason."
    return f" {count} columns are dropped, each with its reason." if count else ""


def _label(step: Step) -> str:
    """Return the name of a step, and its type where the name does not imply it."""
    usual = STEP_NAMES.get(step.use, step.use)
    return step.name if usual in step.name or step.use == USE else f"{step.name} ({step.use})"
