"""Tables that a program drew with lines: psql, mysql, Markdown, reStructuredText grids.

They are rewritten as delimited text with one line per line, so that line numbers stay true: rules
become blank lines, and cells lose their padding.
"""

import csv
import re
from dataclasses import replace
from itertools import islice
from pathlib import Path

from pipeweave_dagster.core.ingest.text.encodings import Utf8Text

_RULE = re.compile(r"\s*[|+]?\s*:?[-=]+:?\s*(?:[|+]\s*:?[-=]+:?\s*)*[|+]?\s*")
_JOINED = re.compile(r"[|+]")
_HEAD_LINES = 200
_RULE_WITHIN = 5
_BAR = re.compile(r"(?<!\\)\|")


def unboxed(text: Utf8Text, folder: Path) -> Utf8Text:
    """Return the text without drawn lines; the same text if it has none.

    Args:
        text: The file as UTF-8.
        folder: Scratch folder for the rewritten copy.
    """
    with text.path.open(encoding="utf-8", errors="replace", newline=None) as file:
        head = [line.rstrip("\n") for line in islice(file, _HEAD_LINES)]
    if not _is_boxed(head):
        return text
    target = folder / f"{text.path.name}.unboxed"
    with (
        text.path.open(encoding="utf-8", errors="replace", newline=None) as source,
        target.open("w", encoding="utf-8", newline="") as sink,
    ):
        writer = csv.writer(sink, delimiter="|", lineterminator="\n")
        for raw in source:
            line = raw.rstrip("\n")
            if _RULE.fullmatch(line) or "|" not in line:
                sink.write("\n" if _RULE.fullmatch(line) else line + "\n")
            else:
                writer.writerow(_cells(line))
    note = "Read a table that is drawn with lines; its rules were left out."
    return replace(text, path=target, notes=(*text.notes, note))


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


def _is_rule(line: str) -> bool:
    return _RULE.fullmatch(line) is not None and _JOINED.search(line) is not None


def _cells(line: str) -> list[str]:
    """Return the stripped cells of a row, without the empty ones outside of the outer bars."""
    text = line.strip()
    inner = text.removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and text.startswith("|") else inner
    return [cell.strip().replace("\\|", "|") for cell in _BAR.split(inner)]
