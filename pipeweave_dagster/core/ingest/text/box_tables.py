"""Tables that a program drew with lines: psql, mysql, Markdown, grids, lists of SAP, sqlplus.

They are rewritten as delimited text with one line per line, so that line numbers stay true: rules
become blank lines, and cells lose their padding.
"""

import csv
import re
from collections import Counter
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from pipeweave_dagster.core.ingest.text.encodings import Utf8Text

_RULE = re.compile(r"\s*[|+]?\s*:?[-=]+:?\s*(?:[|+]\s*:?[-=]+:?\s*)*[|+]?\s*")
_JOINED = re.compile(r"[|+]")
_HEAD_LINES = 200
_RULE_WITHIN = 5
_PLAIN_RULE = re.compile("-{10,}|={10,}|_{10,}")
_COLUMN_RULE = re.compile(r" *(?:-{2,}|={2,})(?: +(?:-+|=+))+ *")
_MIN_RULES = 2
_BAR = re.compile(r"(?<!\\)\|")


def unboxed(text: Utf8Text, folder: Path) -> Utf8Text:
    """Return the text without drawn lines; the same text if it has none.

    Args:
        text: The file as UTF-8.
        folder: Scratch folder for the rewritten copy.
    """
    with text.path.open(encoding="utf-8", errors="replace", newline=None) as file:
        head = [line.rstrip("\n") for line in islice(file, _HEAD_LINES)]
    boxed = _is_boxed(head) or _is_list(head)
    spans = None if boxed else ruled_columns(head)
    if not boxed and spans is None:
        return text
    target = folder / f"{text.path.name}.unboxed"
    with (
        text.path.open(encoding="utf-8", errors="replace", newline=None) as source,
        target.open("w", encoding="utf-8", newline="") as sink,
    ):
        writer = csv.writer(sink, delimiter="|", lineterminator="\n")
        for raw in source:
            _write_line(raw.rstrip("\n"), spans, sink, writer)
    note = "Read a table that is drawn with lines; its rules were left out."
    return replace(text, path=target, notes=(*text.notes, note))


def _write_line(line: str, starts: list[int] | None, sink: TextIO, writer: Any) -> None:
    """Write a line as delimited text: a rule as a blank line, a title as it is."""
    cells = _cells(line) if "|" in line else None
    rule = _RULE
    if starts is not None:
        cells, rule = _cut(line, starts), _COLUMN_RULE
    if rule.fullmatch(line):
        sink.write("\n")
    elif cells is None or not any(cells):
        sink.write(line + "\n")
    else:
        writer.writerow(cells)


def _is_boxed(head: list[str]) -> bool:
    """Return whether a rule of dashes, crossed as often as the rows, stands near the top."""
    filled = [line for line in head if line.strip()]
    rules = [line for line in filled[:_RULE_WITHIN] if _is_rule(line)]
    rows = [line for line in filled if "|" in line and not _is_rule(line)]
    if not rules or not rows:
        return False
    bars = len(_JOINED.findall(rules[-1]))
    same = sum(len(_BAR.findall(row)) == bars for row in rows)
    return bars > 0 and same > 0.9 * len(rows)


def _is_list(head: list[str]) -> bool:
    """Return whether rules of dashes alone stand among rows between bars, as in lists of SAP."""
    filled = [line.strip() for line in head if line.strip()]
    rules = [i for i, line in enumerate(filled) if _PLAIN_RULE.fullmatch(line)]
    rows = [line for line in filled if line.startswith("|") and line.endswith("|")]
    if len(rules) < _MIN_RULES or len(rows) < _MIN_RULES or rules[0] >= _RULE_WITHIN:
        return False
    bars, count = Counter(len(_BAR.findall(row)) for row in rows).most_common(1)[0]
    others = len(filled) - rules[0] - len(rules) - len(rows)
    return bars > _MIN_RULES and count > 0.9 * len(rows) and others <= 0.1 * len(rows)


def ruled_columns(head: list[str]) -> list[int] | None:
    """Return where columns begin if a rule of dashes per column stands right below the names.

    Example:
        >>> ruled_columns(["ID NAME", "-- --------", " 1 Ann Lee", " 2 Bo"])
        [0, 3]
    """
    filled = [line for line in head if line.strip()]
    for index, rule in enumerate(filled[1 : _RULE_WITHIN + 1], 1):
        if _COLUMN_RULE.fullmatch(rule):
            spans = [match.span() for match in re.finditer("[-=]+", rule)]
            starts = [start for start, _ in spans]
            rows = [filled[index - 1], *(row for row in filled[index + 1 :] if row != rule)]
            fitting = sum(_cut(row, starts) is not None for row in rows)
            named = all(filled[index - 1][a:b].strip() for a, b in spans)
            return (
                starts if len(rows) > _MIN_RULES and named and fitting > 0.9 * len(rows) else None
            )
    return None


def _cut(line: str, starts: list[int]) -> list[str] | None:
    """Return the stripped cells of a line; None if a text stands across the start of a column."""
    if line[: starts[0]].strip() or any(line[i - 1 : i].strip() for i in starts[1:]):
        return None
    return [line[a:b].strip() for a, b in zip(starts, [*starts[1:], None], strict=True)]


def _is_rule(line: str) -> bool:
    return _RULE.fullmatch(line) is not None and _JOINED.search(line) is not None


def _cells(line: str) -> list[str]:
    """Return the stripped cells of a row, without the empty ones outside of the outer bars."""
    text = line.strip()
    inner = text.removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and text.startswith("|") else inner
    return [cell.strip().replace("\\|", "|") for cell in _BAR.split(inner)]
