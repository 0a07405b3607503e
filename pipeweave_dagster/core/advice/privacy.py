"""What may leave the machine: levels, columns that are never named, and figures made coarse."""

import re
from typing import Any

from pipeweave_dagster.core.documents import ColumnDeduction
from pipeweave_dagster.core.documents.advice import Level

_RANK: dict[Level, int] = {"none": 0, "names": 1, "statistics": 2, "values": 3}
_DIGITS = 3
_MAX_NAME = 80
_MAX_VALUE = 40
_MOST_VALUES = 5
_COMMON = 5  # a value of fewer rows could point to a person
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
    """Whether a level allows what another one allows."""
    return _RANK[level] >= _RANK[wanted]


def may_be_told(name: str, pii: str | None, meaning: str) -> bool:
    """Whether a column may be spoken of at all.

    Columns with personal data and identifiers are not, nor what is only named like one: the
    adviser loses little by not knowing a column that no model should learn from.
    """
    if pii or meaning in _PERSONAL_TYPES:
        return False
    split = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    words = re.findall(r"[a-z]+", split.lower())
    return not _WORDS & set(words) and not (len(words) == 1 and words[0] in _WHOLE)


def tellable(column: ColumnDeduction) -> bool:
    """Whether a column of the schema may be spoken of: a feature or the target, not personal."""
    return column.role in ("feature", "target") and may_be_told(
        column.name, column.pii, column.type
    )


def told_name(name: str) -> str:
    """A name as it is told: one line of at most 80 printable characters, no backticks."""
    line = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return line.replace("`", "'")[:_MAX_NAME]


def coarse(value: float) -> float:
    """Three significant digits: enough to judge a column, too few to be a cell's value."""
    return float(f"{value:.{_DIGITS}g}")


def common_values(top: dict[str, int]) -> list[str]:
    """The commonest values, none that fewer than five rows hold, each cut at 40 characters."""
    shared = [value for value, rows in top.items() if rows >= _COMMON]
    return [told_name(value)[:_MAX_VALUE] for value in shared[:_MOST_VALUES]]


def told_column(column: ColumnDeduction, rows: int, figures: dict[str, Any]) -> dict[str, Any]:
    """What a request says of a column; `figures` were made for its level (see `figures`)."""
    told: dict[str, Any] = {"name": told_name(column.name), "stored_as": column.storage}
    if figures:
        told["missing_share"] = coarse(column.missing / max(rows, 1))
        told["distinct"] = column.distinct
    return {**told, **figures}
