"""Which kind of log the first lines of a file are from, if any."""

import re
from collections.abc import Collection

from pipeweave_dagster.core.ingest.text.access_logs import AccessLog, access_log
from pipeweave_dagster.core.ingest.text.log_heads import LogHead, log_head
from pipeweave_dagster.core.ingest.text.system_logs import SystemLog, system_log

_MOST_ABOVE = 30
_MIN_RECORDS = 5
_TRACE = re.compile(
    r"\s|\}|\)|\]|at \S|Caused by:|Suppressed:|Traceback|\.\.\.|-{3}|[\w.$]{1,200}+(?::|$)"
)
COMMA_OF_TIME = re.compile(r"(?<=:\d\d),(?=\d)")
"""Before the fraction of a second."""
LogForm = LogHead | AccessLog | SystemLog


def log_form(head: list[str], known: Collection[str]) -> LogForm | None:
    """Return how the records of a log are divided; None if the first lines are not from a log.

    Args:
        head: The first lines of a file.
        known: Names of the columns of the training table, of a batch to predict.
    """
    lines = [line for line in head if line.strip()]
    of_log = "message" in known and not {"level", "host"}.isdisjoint(known)
    least = 1 if of_log or {"time", "request"} <= {*known} else _MIN_RECORDS
    access = access_log(lines) if len(lines) >= least else None
    if access is not None:
        return access
    form = _program_log(lines, known if of_log else (), least)
    if form is not None:
        return form
    return system_log(lines, known) if len(lines) >= least else None


def _program_log(lines: list[str], known: Collection[str], least: int) -> LogHead | None:
    above = next((i for i, line in enumerate(lines) if not line[:1].isspace()), len(lines))
    if above > _MOST_ABOVE or above == len(lines):
        return None
    form = log_head(lines[above:], known)
    if form is None or form.cells(lines[above]) is None:
        return None
    records, stray = [], 0
    for line in lines[above:]:
        cells = form.cells(line)
        if cells is not None:
            records.append((line, cells[-1]))
        else:
            stray += _TRACE.match(line) is None
    if len(records) < least or 2 * stray > len(records) or _is_delimited(records):
        return None
    return form


def _is_delimited(records: list[tuple[str, str]]) -> bool:
    """Return whether every line has as many delimiters, none of them followed by a blank.

    Bars are none where another mark, as in the format of loguru, ends what stands before messages.
    """
    heads = [line.rstrip()[: -len(message) or None] for line, message in records]
    if all("|" in head and head.endswith(" - ") for head in heads):
        return False
    for mark in ("\t", r"\|", ";(?! )", ",(?! )"):
        counts = {len(re.findall(mark, COMMA_OF_TIME.sub(".", line))) for line, _ in records}
        if len(counts) == 1 and counts != {0}:
            return True
    return False
