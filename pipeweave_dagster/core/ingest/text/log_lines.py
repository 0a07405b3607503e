"""Logs: one row per record, with the fields that each of them begins with and its message.

They are rewritten as delimited text, with as many lines, so that line numbers stay true.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import LeftOutLine
from pipeweave_dagster.core.ingest.text.access_logs import AccessLog
from pipeweave_dagster.core.ingest.text.encodings import DrawnTable, Utf8Text
from pipeweave_dagster.core.ingest.text.line_fields import all_lines, write_fields
from pipeweave_dagster.core.ingest.text.log_forms import COMMA_OF_TIME, LogForm, log_form
from pipeweave_dagster.core.ingest.text.non_rows import TITLE, left_out_line
from pipeweave_dagster.core.ingest.text.records import Record
from pipeweave_dagster.core.ingest.text.system_logs import SystemLog

_HEAD_LINES = 2000
_MOST_CONTINUED = 1000
"""Lines of one message; what follows is another row, as memory and cells are limited."""


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
    form = log_form([*islice(all_lines(text.path), _HEAD_LINES)], known)
    if form is None:
        return text
    counts = _Counts()
    rows = _rewritten(all_lines(text.path), form, counts)
    path = write_fields(folder / f"{text.path.name}.log", rows)
    notes = [f"Read a log: each record begins with {', '.join(form.names[:-1])}."]
    if isinstance(form, AccessLog):
        notes = ["Read an access log of a web server; - is missing."]
    if isinstance(form, SystemLog) and form.note:
        notes.append(form.note)
    if counts.continued:
        lines = counted(counts.continued, "line")
        notes.append(f"Joined {lines} that continue the record above to its message.")
    drawn = DrawnTable(None, (*counts.above,))
    return replace(text, path=path, notes=(*text.notes, *notes), fields=form.names, drawn=drawn)


def _rewritten(lines: Iterable[str], form: LogForm, counts: _Counts) -> Iterator[list[str]]:
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
            record = [COMMA_OF_TIME.sub(".", c) if n == "time" else c
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
