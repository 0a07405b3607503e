"""Names with a rule below them that is one line of dashes: lists of archives, old reports."""

import re
from dataclasses import replace
from itertools import islice
from pathlib import Path

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.text.drawn_lines import is_plain_rule
from pipeweave_dagster.core.ingest.text.encodings import Utf8Text

_HEAD_LINES = 100
_BETWEEN_NAMES = re.compile(r"[ \t]{2,}|[\t,;|]")
_MIN_ROWS = 3


def without_plain_rules(text: Utf8Text, folder: Path) -> Utf8Text:
    """Return the text with blank lines for rules, and the line of the names; the same without any.

    Args:
        text: The file as UTF-8.
        folder: Scratch folder for the rewritten copy.
    """
    if text.names is not None or text.drawn is not None:
        return text
    with text.path.open(encoding="utf-8", errors="replace", newline=None) as file:
        head = [line.rstrip("\n") for line in islice(file, _HEAD_LINES)]
    line = _line_of_names(head)
    if line is None:
        return text
    target = folder / f"{text.path.name}.unruled"
    rules = 0
    with (
        text.path.open(encoding="utf-8", errors="replace", newline=None) as source,
        target.open("w", encoding="utf-8", newline="") as sink,
    ):
        for row in source:
            is_rule = is_plain_rule(row)
            rules += is_rule
            sink.write("\n" if is_rule else row)
    note = f"Left out {counted(rules, 'rule')} of dashes; the names stand in line {line}."
    return replace(text, path=target, notes=(*text.notes, note), names=line)


def _line_of_names(head: list[str]) -> int | None:
    """Return the line (from 1) with the most names right above a rule with rows below it."""
    names = {
        i: len(_BETWEEN_NAMES.split(head[i - 1].strip()))
        for i, line in enumerate(head)
        if i and is_plain_rule(line) and head[i - 1].strip()
    }
    best = max(names, key=lambda i: names[i], default=0)
    rows = [line for line in head[best + 1 :] if line.strip() and not is_plain_rule(line)]
    return best if names.get(best, 0) > 1 and len(rows) >= _MIN_ROWS else None
