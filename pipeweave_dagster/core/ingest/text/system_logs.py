"""Logs of systems: syslog (RFC 3164 and 5424, also with times of rsyslog) and PostgreSQL.

Unlike in the logs of `log_heads`, a field may be absent from a record, and some have no level.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from pipeweave_dagster.core.ingest.text.log_items import LEVEL, TIME

_YEAR = re.compile(r"\d{4}")
_NO_YEARS = "The times of this log have no year, so they are texts."
_SHARE = 0.95
"""Records of one form, of the lines that begin with a time."""
_ISO = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.]\d{1,6})?(?:Z|[+-]\d\d:\d\d)"
_NO_YEAR = r"[A-Z][a-z]{2} [ \d]\d(?: \d{4})? \d\d:\d\d:\d\d(?:[.]\d{1,6})?"
_PRIORITY = r"<(?P<priority>\d{1,3})>"
_DATA = r'-|(?:\[(?:[^\]\\"]|\\.|"(?:[^"\\]|\\.)*+")*+\])++'
_FORMS = (
    re.compile(
        rf"{_PRIORITY}(?P<version>\d{{1,2}}) (?P<time>-|{_ISO}) (?P<host>\S+) (?P<app>\S+)"
        rf" (?P<process>\S+) (?P<message_id>\S+) (?P<data>{_DATA})(?: \ufeff?(?P<message>.*))?"
    ),
    re.compile(
        rf"(?:{_PRIORITY})?(?P<time>{_NO_YEAR}|{_ISO}) (?P<host>[\w.:-]+)"
        r"(?: (?P<app>[^\s\[:]{1,64}+)(?:\[(?P<process>[^\]\s]{0,64})\])?:)? ?(?P<message>.*)"
    ),
    re.compile(
        rf"(?P<time>{TIME}) \[(?P<process>\d{{1,10}}(?:-\d{{1,10}})?)\]:?"
        rf"(?P<context>.{{0,500}}?) ?(?P<level>{LEVEL}):  (?P<message>.*)"
    ),
)
_NAMES = {"time", "message"}
_LAST = "message"
_NIL = ("time", "host", "app", "process", "message_id", "data")
"""Fields that are absent where they are `-`."""


@dataclass(frozen=True)
class SystemLog:
    """The form of the records of a log.

    Attributes:
        names: Names of the fields that any record has.
        form: Matches a record.
        note: What the user should know of it.
    """

    names: tuple[str, ...]
    form: re.Pattern[str]
    note: str = ""

    def cells(self, line: str) -> list[str] | None:
        """Return the fields of a line that begins a record; None for others."""
        found = self.form.fullmatch(line)
        if found is None:
            return None
        fields = {n: (text or "").strip() for n, text in found.groupdict().items()}
        fields |= {n: "" for n in _NIL if fields.get(n) == "-"}
        if any(text for n, text in fields.items() if n not in self.names):
            fields[_LAST] = line  # a field that the first lines have not
        return [fields[name] for name in self.names]


def system_log(lines: list[str], known: Collection[str] = ()) -> SystemLog | None:
    """Return the form of the records of a log of a system; None if these are no lines of one.

    Args:
        lines: The first lines; some may continue the record above them.
        known: The names of the fields of the table that was read before, if there is one.

    Example:
        >>> system_log(["<34>Jan  5 10:00:00 web sshd[7]: Up"] * 5).names
        ('priority', 'time', 'host', 'app', 'process', 'message')
    """
    for form in _FORMS:
        if form.fullmatch(lines[0]) is None:
            continue
        begun = [line for line in lines if not line[:1].isspace()]
        found = [m for line in begun if (m := form.fullmatch(line))]
        if len(found) >= _SHARE * len(begun) and _has_fields(found):
            used = {n for n in form.groupindex if n in known or any(m[n] for m in found)}
            names = tuple(n for n in form.groupindex if n in used | _NAMES)
            bare = any(m["time"][:1].isalpha() and not _YEAR.search(m["time"]) for m in found)
            return SystemLog(names, form, _NO_YEARS if bare else "")
    return None


def _has_fields(found: list[re.Match[str]]) -> bool:
    """Return whether records of syslog name programs, as other lines with times do not."""
    if "app" not in found[0].re.groupindex or "version" in found[0].re.groupindex:
        return True
    named = sum(m["app"] is not None for m in found) >= _SHARE * len(found)
    return named and (found[0]["time"][:1].isalpha() or any(m["process"] for m in found))
