"""Tables that a program drew with lines: psql, mysql, Markdown, boxes, lists of SAP, sqlplus.

They are rewritten as delimited text with one line per line, so that line numbers stay true: rules
and what stands below the table become blank lines, and cells lose their padding. (Only below a row
with several cells of several lines each they do not.)
"""

import csv
from collections import Counter
from dataclasses import replace
from itertools import islice
from pathlib import Path

from pipeweave_dagster.core.documents import LeftOutLine
from pipeweave_dagster.core.ingest.text.bar_rows import Bars
from pipeweave_dagster.core.ingest.text.box_characters import cell_as_drawn, has_boxes, in_ascii
from pipeweave_dagster.core.ingest.text.dash_rows import Dashes
from pipeweave_dagster.core.ingest.text.drawn_lines import (
    bars_in,
    is_column_rule,
    is_jointed_rule,
    is_plain_rule,
)
from pipeweave_dagster.core.ingest.text.drawn_rows import MOST_BELOW, cut, rewritten
from pipeweave_dagster.core.ingest.text.encodings import DrawnTable, Utf8Text
from pipeweave_dagster.core.ingest.text.line_marks import is_row_count
from pipeweave_dagster.core.ingest.text.records import TextDialect
from pipeweave_dagster.core.ingest.text.ruled_names import line_of_names

DRAWN = TextDialect("|", '"')
"""The dialect of the rewritten text."""
_HEAD_LINES = 200
_RULE_WITHIN = 5
_MIN_RULES = 2


def unboxed(text: Utf8Text, folder: Path, *, first_only: bool = True) -> Utf8Text:
    """Return the text without drawn lines; the same text if it has none.

    Args:
        text: The file as UTF-8.
        folder: Scratch folder for the rewritten copy.
        first_only: Whether another table below the first is left out.
    """
    with text.path.open(encoding="utf-8", errors="replace", newline=None) as file:
        head = [line.rstrip("\n") for line in islice(file, _HEAD_LINES)]
    boxes = has_boxes(head)
    head = [in_ascii(line) for line in head] if boxes else head
    cutter = _boxed(head) or _listed(head) or ruled_columns(head)
    if cutter is None:
        return text
    target = folder / f"{text.path.name}.unboxed"
    below: list[LeftOutLine] = []
    with (
        text.path.open(encoding="utf-8", errors="replace", newline=None) as source,
        target.open("w", encoding="utf-8", newline="") as sink,
    ):
        writer = csv.writer(sink, delimiter="|", lineterminator="\n")
        lines = map(in_ascii, source) if boxes else source
        for cells in rewritten(lines, cutter, below, first_only=first_only):
            if isinstance(cells, str):
                sink.write((cell_as_drawn(cells) if boxes else cells) + "\n")
            else:
                writer.writerow(map(cell_as_drawn, cells) if boxes else cells)
    note = "Read a table that is drawn with lines; its rules were left out."
    drawn = DrawnTable(line_of_names(head, cutter), (*below,))
    return replace(text, path=target, notes=(*text.notes, note), drawn=drawn)


def _boxed(head: list[str]) -> Bars | None:
    """Return how rows are cut if a rule of dashes with as many joints is near the top."""
    filled = [line for line in head if line.strip()]
    end = next((i for i, line in enumerate(filled) if is_row_count(line)), len(filled))
    filled = filled[:end]  # another table may be below
    rules = [line for line in filled[:_RULE_WITHIN] if is_jointed_rule(line)]
    if not rules:
        return None
    bars = Bars.of(rules[0])
    rows = [line for line in filled if "|" in line and not bars.is_rule(line)]
    fitting = sum(map(bars.fits, rows))
    return bars if rows and fitting > 0.9 * len(rows) else None


def _listed(head: list[str]) -> Bars | None:
    """Return how rows are cut if rules of dashes alone stand among them, as in lists of SAP."""
    filled = [line.strip() for line in head if line.strip()]
    rules = [i for i, line in enumerate(filled) if is_plain_rule(line)]
    rows = [line for line in filled if line.startswith("|") and line.endswith("|")]
    if len(rules) < _MIN_RULES or len(rows) < _MIN_RULES or rules[0] >= _RULE_WITHIN:
        return None
    bars, count = Counter(map(bars_in, rows)).most_common(1)[0]
    others = len(filled) - rules[0] - len(rules) - len(rows)
    if bars <= _MIN_RULES or count <= 0.9 * len(rows) or others > 0.1 * len(rows):
        return None
    return Bars.of(next(row for row in rows if bars_in(row) == bars), plain=True)


def ruled_columns(head: list[str]) -> Dashes | None:
    """Return where columns begin if a rule of dashes per column stands right below the names.

    The number of rows does not matter, as nothing else has dashes below each of its texts.

    Example:
        >>> ruled_columns(["ID NAME", "-- --------", " 1 Ann Lee", " 2 Bo"])
        Dashes(starts=(0, 3))
    """
    filled = [line for line in head if line.strip()]
    places = range(1, min(_RULE_WITHIN + 1, len(filled)))
    index = next((i for i in places if is_column_rule(filled[i])), None)
    if index is None:
        return None
    dashes, spans = Dashes.of(filled[index])
    above = [line for line in filled[max(0, index - 2) : index] if dashes.fits(line)]
    fitting = [cells is not None for line, cells, _ in cut(filled[index + 1 :], dashes)
               if not is_column_rule(line)]  # fmt: skip
    last = max((i + 1 for i, fits in enumerate(fitting) if fits), default=0)
    named = dashes.fits(filled[index - 1]) and all(
        any(line[a:b].strip() for line in above) for a, b in spans
    )
    few = len(fitting) - last <= max(1, MOST_BELOW if len(head) < _HEAD_LINES else 0)
    return dashes if named and last and few and sum(fitting) > 0.9 * last else None
