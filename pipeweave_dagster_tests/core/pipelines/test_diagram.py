"""The picture of a pipeline shows every step and edge, and no name gets out of its place."""

import re
import xml.etree.ElementTree as ET

from pipeweave_dagster.core.documents import Step
from pipeweave_dagster.core.pipelines.diagram import describe, layers, mermaid_diagram, svg_diagram
from pipeweave_dagster_tests.core.pipelines.checks.test_corpus import SPEC


def test_the_diagram_has_one_box_per_step_and_one_line_per_edge():
    root = ET.fromstring(svg_diagram(SPEC))
    texts = {element.text for element in root.iter() if element.tag.endswith("text")}
    edges = sum(len(step.after) for step in SPEC.steps)
    assert {step.name for step in SPEC.steps} <= texts
    assert sum(element.tag.endswith("rect") for element in root.iter()) == len(SPEC.steps)
    assert sum(element.tag.endswith("path") for element in root.iter()) == edges


def test_each_step_stands_right_of_those_before_it():
    place = {step.name: i for i, layer in enumerate(layers(SPEC)) for step in layer}
    assert all(place[name] < place[step.name] for step in SPEC.steps for name in step.after)
    assert len(place) == len(SPEC.steps)


def test_the_text_has_the_same_graph_and_no_markup_of_names():
    hostile = Step(
        name='a"]; click x "javascript:1', kind="preprocess", use="numeric", after=["read"]
    )
    text = mermaid_diagram(SPEC.model_copy(update={"steps": [*SPEC.steps, hostile]}))
    assert text.count("-->") == sum(len(step.after) for step in SPEC.steps) + 1
    boxes = re.findall(r'^  s\d+\["[A-Za-z0-9_ ]+"\]$', text, re.MULTILINE)
    assert len(boxes) == len(SPEC.steps) + 1


def test_the_description_names_target_columns_and_split():
    words = describe(SPEC)
    assert "Predicts y (binary) from 6 columns" in words
    assert "hash of each row" in words
