"""The flowcharts of the documentation are drawn without a script, and can be read."""

import re
import sys
import xml.etree.ElementTree as ET
from itertools import combinations
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
SOURCES = re.findall(
    r"^```mermaid\n(.*?)^```$", (DOCS / "architecture.md").read_text(), re.MULTILINE | re.DOTALL
)
TEXTS = """flowchart LR
    a["uploads/NAME/ (S3)"] -- sensor --> b --> c
    b -. champion .-> d
    a --> c
"""


@pytest.fixture
def flowchart(monkeypatch):
    monkeypatch.syspath_prepend(DOCS / "site")
    import flowchart

    yield flowchart
    for name in ("flowchart", "flowchart_layout"):
        sys.modules.pop(name)


def drawn(flowchart, source):
    return ET.fromstring(flowchart.svg(source))


def parts(svg, name):
    return [e for e in svg if e.tag.endswith(f"}}{name}")]


def test_the_documentation_has_flowcharts():
    assert len(SOURCES) >= 4


@pytest.mark.parametrize("source", [*SOURCES, TEXTS])
def test_boxes_are_apart_and_arrows_go_forward(flowchart, source):
    chart, svg = flowchart.parse(source), drawn(flowchart, source)
    width, height = float(svg.get("width")), float(svg.get("height"))
    boxes = [[float(r.get(k)) for k in ("x", "y", "width", "height")] for r in parts(svg, "rect")]
    assert len(boxes) == len(chart.labels)
    assert all(x >= 0 <= y and x + w <= width and y + h <= height for x, y, w, h in boxes)
    for (x, y, w, h), (u, v, s, t) in combinations(boxes, 2):
        assert x + w < u or u + s < x or y + h < v or v + t < y
    paths = [re.findall(r"-?[\d.]+", p.get("d")) for p in parts(svg, "path")]
    assert len(paths) == len(chart.arrows)
    first, last = (0, -2) if chart.across else (1, -1)
    assert all(float(path[first]) < float(path[last]) for path in paths)


def test_labels_and_texts_beside_arrows_are_shown(flowchart):
    svg = drawn(flowchart, TEXTS)
    texts = [t.text for t in parts(svg, "text")]
    assert sorted(texts) == ["b", "c", "champion", "d", "sensor", "uploads/NAME/ (S3)"]
    assert [p.get("stroke-dasharray") for p in parts(svg, "path")].count("4 4") == 1
    assert svg.get("aria-label") == "a to b (sensor); b to c; b to d (champion); a to c"


@pytest.mark.parametrize(
    "source", ["graph TD\n a --> b", "flowchart LR\n a{x} --> b", "flowchart LR\n a --> "]
)
def test_what_cannot_be_drawn_is_an_error(flowchart, source):
    with pytest.raises(ValueError, match="drawn"):
        flowchart.svg(source)
