"""What may leave the machine: privacy levels, shareable columns, rounded figures."""

import re
from typing import Any

from pipeweave_dagster.core.documents import ColumnDeduction
from pipeweave_dagster.core.documents.advice import Level
from pipeweave_dagster.core.personal_words import personal_kinds

_RANK: dict[Level, int] = {"none": 0, "names": 1, "statistics": 2, "values": 3}
_DIGITS = 3
_MAX_NAME = 80
_MAX_VALUE = 40
_MOST_VALUES = 5
_COMMON = 5  # a value in fewer rows could identify a person
_PERSONAL_TYPES = {"identifier", "email", "phone"}
_WORDS = {
    *("name", "names", "firstname", "lastname", "fullname", "forename", "surname", "fname"),
    *("lname", "nickname", "username", "user", "login", "person", "email", "mail", "phone"),
    *("mobile", "cell", "tel", "telephone", "fax", "address", "addr", "street", "ssn", "passport"),
    *("iban", "dob", "birth", "birthday", "birthdate", "born", "ip", "plate", "licence"),
    *("license", "signature", "biometric"),
}
_WHOLE = {"first", "last", "middle"}


def reaches(level: Level, wanted: Level) -> bool:
    """Whether a level allows at least what another one allows."""
    return _RANK[level] >= _RANK[wanted]


def may_be_shared(name: str, pii: str | None, meaning: str) -> bool:
    """Whether a column may be mentioned at all.

    Columns with personal data and identifiers may not, nor those merely named like one: the
    adviser loses little by not knowing a column that no model should learn from.
    """
    if pii or meaning in _PERSONAL_TYPES or personal_kinds(name):
        return False
    split = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    words = re.findall(r"[a-z]+", split.lower())
    return not _WORDS & set(words) and not (len(words) == 1 and words[0] in _WHOLE)


def is_shareable(column: ColumnDeduction) -> bool:
    """Whether a column of the schema may be mentioned: a feature or the target, not personal."""
    return column.role in ("feature", "target") and may_be_shared(
        column.name, column.pii, column.type
    )


def shared_name(name: str) -> str:
    """Return a name as it is shared: one line, at most 80 printable characters, no backticks."""
    line = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return line.replace("`", "'")[:_MAX_NAME]


def coarse(value: float) -> float:
    """Round to three significant digits: enough to judge a column, too few for a cell value."""
    return float(f"{value:.{_DIGITS}g}")


def common_values(top: dict[str, int]) -> list[str]:
    """Return the most common values of at least five rows, each cut at 40 characters."""
    shared = [value for value, rows in top.items() if rows >= _COMMON]
    return [shared_name(value)[:_MAX_VALUE] for value in shared[:_MOST_VALUES]]


def shared_column(column: ColumnDeduction, rows: int, figures: dict[str, Any]) -> dict[str, Any]:
    """Return a column's entry in a request, with its figures (see `column_figures`)."""
    entry: dict[str, Any] = {"name": shared_name(column.name), "stored_as": column.storage}
    if figures:
        entry["missing_share"] = coarse(column.missing / max(rows, 1))
        entry["distinct"] = column.distinct
    return {**entry, **figures}
