"""A pipeline as a picture: safe SVG for pages, and Mermaid text for whoever writes documents."""

import re

from pipeweave_dagster.core.charts.svg import Svg
from pipeweave_dagster.core.documents import PipelineSpec, Step
from pipeweave_dagster.core.pipelines.derived_features import USE
from pipeweave_dagster.core.pipelines.step_choice import STEP_NAMES

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y = 150, 46, 46, 14
_TOP = 30
_WORD = re.compile(r"[^A-Za-z0-9_ ]")


def layers(spec: PipelineSpec) -> list[list[Step]]:
    """Steps in columns from left to right: each stands right of all that it comes after."""
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


def drawn(spec: PipelineSpec) -> str:
    """The pipeline as SVG: boxes with name, what it uses and how many columns, and its edges."""
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


def mermaid(spec: PipelineSpec) -> str:
    """The pipeline as a Mermaid flow chart; names are reduced to plain words."""
    numbers = {step.name: f"s{index}" for index, step in enumerate(spec.steps)}
    lines = ["flowchart LR"]
    for step in spec.steps:
        words = _WORD.sub(" ", f"{step.name} {_about(step)}")[:80]
        lines.append(f'  {numbers[step.name]}["{words}"]')
    for step in spec.steps:
        lines += [
            f"  {numbers[name]} --> {numbers[step.name]}" for name in step.after if name in numbers
        ]
    return "\n".join(lines) + "\n"


def in_words(spec: PipelineSpec) -> str:
    """What the pipeline does, in a few plain sentences."""
    kinds = [s for s in spec.steps if s.kind in ("preprocess", "feature")]
    told = [f"{len(s.columns)} as {_called(s)}" for s in kinds if s.columns]
    split = {"hash": "a hash of each row", "time": "time", "group": "groups", "fold": "given folds"}
    text = (
        f"Predicts {spec.target} ({spec.task}) from {len(spec.features)} columns: "
        f"{', '.join(told)}. "
        f"Test rows are chosen by {split[spec.split.kind]} ({spec.split.test_share:.0%}); the rest "
        f"is divided into {spec.split.folds} folds. Models are chosen by {spec.metric}."
    )
    if spec.monotone:
        held = ", ".join(f"{name} ({way})" for name, way in spec.monotone.items())
        text += f" Held monotone: {held}."
    left = len(spec.dropped)
    return text + (f" {left} columns are left out, each with its reason." if left else "")


def _called(step: Step) -> str:
    """What a step is called, and its type where that does not tell it."""
    usual = STEP_NAMES.get(step.use, step.use)
    return step.name if usual in step.name or step.use == USE else f"{step.name} ({step.use})"
