"""Logs: one row per record, with the fields that each of them begins with and its message.

They are rewritten as delimited text, with as many lines, so that line numbers stay true.
"""

import csv
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import LeftOutLine
from pipeweave_dagster.core.ingest.text.access_logs import AccessLog, access_log
from pipeweave_dagster.core.ingest.text.encodings import DrawnTable, Utf8Text
from pipeweave_dagster.core.ingest.text.log_heads import LogHead, log_head
from pipeweave_dagster.core.ingest.text.non_rows import TITLE, left_out_line
from pipeweave_dagster.core.ingest.text.records import Record, TextDialect

LOG = TextDialect("\x1f", '"')
"""The dialect of the rewritten text."""
_HEAD_LINES = 2000
_MOST_ABOVE = 30
_MIN_RECORDS = 5
_MOST_CONTINUED = 1000
"""Lines of one message; what follows is another row, as memory and cells are limited."""
_TRACE = re.compile(
    r"\s|\}|\)|\]|at \S|Caused by:|Suppressed:|Traceback|\.\.\.|-{3}|[\w.$]{1,200}+(?::|$)"
)
_COMMA_OF_TIME = re.compile(r"(?<=:\d\d),(?=\d)")


@dataclass
class _Counts:
    """What the lines of a log are, beside those that begin a record."""

    continued: int = 0
    above: list[LeftOutLine] = field(default_factory=list)


def with_log_fields(text: Utf8Text, folder: Path, known: Collection[str] = ()) -> Utf8Text:
    """Return the text with the fields of a log between delimiters; the same text if it is none.

    Args:
        text: The file as UTF-8.
        folder: Scratch folder for the rewritten copy.
        known: Names of the columns of the training table, of a batch to predict.
    """
    if text.names is not None:
        return text
    with text.path.open(encoding="utf-8", errors="replace", newline=None) as file:
        head = [line.rstrip("\n") for line in islice(file, _HEAD_LINES)]
    form = _form(head, known)
    if form is None:
        return text
    target = folder / f"{text.path.name}.log"
    counts = _Counts()
    with (
        text.path.open(encoding="utf-8", errors="replace", newline=None) as source,
        target.open("w", encoding="utf-8", newline="") as sink,
    ):
        writer = csv.writer(sink, delimiter="\x1f", lineterminator="\n")
        for cells in _rewritten((line.rstrip("\n") for line in source), form, counts):
            if cells:
                writer.writerow(cells)
            else:
                sink.write("\n")
    notes = [f"Read a log: each record begins with {', '.join(form.names[:-1])}."]
    if isinstance(form, AccessLog):
        notes = ["Read an access log of a web server; - is missing."]
    if counts.continued:
        lines = counted(counts.continued, "line")
        notes.append(f"Joined {lines} that continue the record above to its message.")
    drawn = DrawnTable(None, (*counts.above,))
    return replace(text, path=target, notes=(*text.notes, *notes), fields=form.names, drawn=drawn)


def _form(head: list[str], known: Collection[str]) -> LogHead | AccessLog | None:
    """Return how the records of a log are divided; None if the first lines are not from a log."""
    lines = [line for line in head if line.strip()]
    of_log = {"level", "message"} <= {*known}
    least = 1 if of_log or {"time", "request"} <= {*known} else _MIN_RECORDS
    access = access_log(lines) if len(lines) >= least else None
    if access is not None:
        return access
    above = next((i for i, line in enumerate(lines) if not line[:1].isspace()), len(lines))
    if above > _MOST_ABOVE or above == len(lines):
        return None
    form = log_head(lines[above:], known if of_log else ())
    if form is None or form.cells(lines[above]) is None:
        return None
    records, stray = [], 0
    for line in lines[above:]:
        if form.cells(line) is not None:
            records.append(line)
        else:
            stray += _TRACE.match(line) is None
    if len(records) < least or 2 * stray > len(records) or _is_delimited(records):
        return None
    return form


def _is_delimited(lines: list[str]) -> bool:
    """Return whether every line has as many delimiters, none of them followed by a blank."""
    for mark in ("\t", r"\|", ";(?! )", ",(?! )"):
        counts = {len(re.findall(mark, _COMMA_OF_TIME.sub(".", line))) for line in lines}
        if len(counts) == 1 and counts != {0}:
            return True
    return False


def _rewritten(
    lines: Iterable[str], form: LogHead | AccessLog, counts: _Counts
) -> Iterator[list[str]]:
    """Yield the fields of each record; none for a line that is blank or above the first one."""
    record: list[str] = []
    more: list[str] = []
    for number, line in enumerate(lines, 1):
        cells = form.cells(line) if line.strip() else None
        if cells is None and not record:
            if line.strip():
                counts.above.append(left_out_line(Record(number, [line.strip()]), TITLE))
            yield []
        elif cells is None and len(more) < _MOST_CONTINUED:
            more.append(line)
        else:
            yield from _whole(record, more, counts)
            record, more = cells or [*[""] * (len(form.names) - 1), line], []
            record = [_COMMA_OF_TIME.sub(".", c) if n == "time" else c
                      for n, c in zip(form.names, record, strict=False)]  # fmt: skip
    yield from _whole(record, more, counts)


def _whole(record: list[str], more: list[str], counts: _Counts) -> Iterator[list[str]]:
    """Yield a record with the lines that continue its message, and blank lines below as such."""
    filled = len(more)
    while filled and not more[filled - 1].strip():
        filled -= 1
    if record:
        counts.continued += filled
        yield [*record[:-1], "\n".join([record[-1], *more[:filled]])]
    yield from ([] for _ in more[filled:])
