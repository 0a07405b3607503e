"""What a deduced meaning consists of, and the words in names that several rules ask for."""

import re
from dataclasses import dataclass, field

from pipeweave_dagster.core.documents import SemanticType
from pipeweave_dagster.core.schema.column_profile import ColumnProfile

ID_NAME = re.compile(
    r"(^|[_\W])(id|ids|uuid|guid|key|index|idx|rownames?|row_?(number|num|id)|serial|ssn|isbn|sku)($|[_\W])"
    r"|(?-i:[a-z]I[Dd]$)|no\.?$|number$|_?#$",
    re.IGNORECASE,
)
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
_SHOWN_FROM = 5


@dataclass(frozen=True)
class Meaning:
    """A semantic type with its confidence (0 to 1), the next best ones, and the reason."""

    type: SemanticType
    confidence: float
    reason: str
    alternatives: dict[str, float] = field(default_factory=dict)
    order: list[str] | None = None


def shown(profile: ColumnProfile, count: int = 3) -> str:
    """The commonest values; one that fewer than five rows hold may be about a person."""
    known = [value for value, rows in profile.top.items() if rows >= _SHOWN_FROM]
    return ", ".join(repr(value[:40]) for value in known[:count]) or "(too rare to be shown)"
