"""The text format in which Prometheus and OpenMetrics expose metrics: `name{label="v"} value`."""

import re
from pathlib import Path

from pipeweave_dagster.core.documents import METRIC_FIELDS
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.text.encodings import Utf8Text
from pipeweave_dagster.core.ingest.text.line_fields import (
    all_lines,
    begins_with,
    first_lines,
    with_fields,
)

_SHARE, _MOST_LABELS = 0.95, 500
_TYPES = "counter|gauge|histogram|gaugehistogram|summary|untyped|unknown|info|stateset"
_ABOUT = re.compile(rf"# (?:HELP [a-zA-Z_:][\w:]*+ .*|TYPE ([a-zA-Z_:][\w:]*+) ({_TYPES})) *")
_NUMBER = r"[+-]?(?:[0-9][0-9.]*+(?:[eE][+-]?[0-9]++)?|\.[0-9]++|(?i:inf|nan))"
_SAMPLE = re.compile(
    r"([a-zA-Z_:][\w:]*+) *+(?:\{((?:[^\"}]|\"(?:[^\"\\]|\\.)*+\")*+)\})? *+"
    rf"({_NUMBER})(?: +(-?[0-9.]++))?(?: # .*)?"
)
_LABEL = re.compile(r"([a-zA-Z_]\w*+) *= *\"((?:[^\"\\]|\\.)*+)\"")
_ESCAPE = re.compile(r"\\(.)")
_SUFFIX = re.compile("_(?:total|bucket|sum|count|created|info)$")
_OWN = ("metric", "type", "value", "timestamp")


def with_metrics(text: Utf8Text, folder: Path) -> Utf8Text:
    """Return exposed metrics with name, type, labels and value between delimiters.

    Any other text is returned as it is. A help or type of a metric must stand above.

    Args:
        text: The file as UTF-8.
        folder: Scratch folder for the rewritten copy.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` if the metrics have too many labels.
    """
    if not any(map(_ABOUT.fullmatch, begins_with(text.path, 5))):
        return text
    head = [line for line in first_lines(text.path) if line.strip() and line[0] != "#"]
    samples = sum(_SAMPLE.fullmatch(line.strip()) is not None for line in head)
    if not samples or samples < _SHARE * len(head):
        return text
    labels, timed = _labels(text.path)
    if len(labels) > _MOST_LABELS:
        raise validation_error(
            f"The metrics have more than {_MOST_LABELS} labels.",
            fix="Upload the metrics of one job, or those with the labels that matter.",
        )
    columns = {label: f"label {label}" if label in _OWN else label for label in labels}
    names = ["metric", "type", *columns.values(), "value", *(["timestamp"] if timed else [])]
    types: dict[str, str] = {}
    rows = (_fields(line, labels, types, timed=timed) for line in all_lines(text.path))
    note = "Read metrics in the text format of Prometheus: each label is a column."
    return with_fields(text, folder, names, rows, note, METRIC_FIELDS)


def _labels(path: Path) -> tuple[list[str], bool]:
    """Return the names of all labels, and whether samples have a time."""
    labels: dict[str, None] = {}
    timed = False
    for line in all_lines(path):
        found = None if line[:1] == "#" else _SAMPLE.fullmatch(line.strip())
        if found and len(labels) <= _MOST_LABELS:
            labels |= dict.fromkeys(name for name, _ in _LABEL.findall(found[2] or ""))
            timed = timed or found[4] is not None
    return [*labels], timed


def _fields(line: str, labels: list[str], types: dict[str, str], *, timed: bool) -> list[str]:
    about = _ABOUT.fullmatch(line)
    if about and about[1]:
        types[about[1]] = about[2]
    if not line.strip() or line[0] == "#":
        return []
    found = _SAMPLE.fullmatch(line.strip())
    if not found:
        return [line]
    values = {name: _ESCAPE.sub(_plain, text) for name, text in _LABEL.findall(found[2] or "")}
    type_ = types.get(found[1]) or types.get(_SUFFIX.sub("", found[1]), "")
    cells = [found[1], type_, *(values.get(label, "") for label in labels), found[3]]
    return [*cells, *([found[4] or ""] if timed else [])]


def _plain(escape: re.Match[str]) -> str:
    return {"n": " "}.get(escape[1], escape[1])
