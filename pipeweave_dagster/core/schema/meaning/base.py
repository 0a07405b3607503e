"""The meaning of a column, and the patterns of names and values that several rules use."""

import re
from dataclasses import dataclass, field

from pipeweave_dagster.core.columns.disclosure import MIN_ROWS_TO_SHOW
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import SemanticType
from pipeweave_dagster.core.schema.column_profile import ColumnProfile

# Words for "number" whose meaning is "number of" where another word follows.
_NUMBER = r"nummer|n[rº°]|nro|n[uú]m[eé]ro|č[ií]slo|cislo"
ID_NAME = re.compile(
    r"(^|[_\W])(id|ids|uuid|guid|key|index|idx|rownames?|row_?(number|num|id)|serial|ssn|isbn|sku)($|[_\W])"
    r"|(?-i:[a-z]I[Dd]$)|no\.?$|number$|_?#$"
    rf"|({_NUMBER})\.?$|(^|[_\W])(numer|номер|n[º°])($|[_\W])"
    r"|kennung$|matr[ií]cul[ae]|matricola|identifi(ant|cador|cativo)($|[_\W])|番号|编号|編號|번호",
    re.IGNORECASE,
)
NUMBER_NAME = re.compile(rf"(number|{_NUMBER}|numer|номер)\.?$", re.IGNORECASE)
"""Names of numbers that may also count or measure, such as those of houses, where they repeat."""
COUNT_NAME = re.compile(
    r"num|count|qty|quantity|total|amount|age|year|hour|day|month|rooms|bath|price|cost|size|rate|"
    r"score|n_|sum|avg|mean|pct|percent|length|width|height|weight|points|siblings|children|times",
    re.IGNORECASE,
)
CODE_NAME = re.compile(
    r"code|type|class|categor|status|zip|postal|region|group|level|grade|sex|gender|race|flag|"
    r"segment|cluster|kind|district|ward|state|county|fips|model|brand",
    re.IGNORECASE,
)
PHONE = re.compile(r"\+?[\d(][\d()/ .-]{6,18}\d(\s?x\d+)?")

_KEY_UNIQUENESS = 0.99
_MIN_ROWS_OF_KEY = 300
"""There are some 250 countries: a list of them by name or code is shorter."""


@dataclass(frozen=True)
class Meaning:
    """A semantic type with its confidence (0 to 1), the alternatives, and the reason.

    `order` lists the categories of an ordinal column from low to high.
    """

    type: SemanticType
    confidence: float
    reason: str
    alternatives: dict[str, float] = field(default_factory=dict)
    order: list[str] | None = None


def frequent_values(profile: ColumnProfile, count: int = 3) -> str:
    """Return a colon and the most frequent values in quotes; empty if all are in too few rows."""
    common = [value for value, rows in profile.top.items() if rows >= MIN_ROWS_TO_SHOW]
    return ": " + ", ".join(repr(value[:40]) for value in common[:count]) if common else ""


def mostly_unique(profile: ColumnProfile) -> str:
    """Return the words for a column in which nearly every row has a value of its own."""
    repeats = counted(profile.repeats, "exact duplicate row")
    return "nearly every value is unique" + (f", {repeats} aside" if profile.repeats else "")


def names_rows(profile: ColumnProfile) -> bool:
    """Return whether nearly every row of a table that is not short has a value of its own."""
    return profile.filled >= _MIN_ROWS_OF_KEY and profile.uniqueness >= _KEY_UNIQUENESS
