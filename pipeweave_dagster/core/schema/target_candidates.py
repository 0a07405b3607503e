"""Which columns may be the one to predict: by name, place and values, the most credible first.

The weights say how far each sign is trusted alone: a column is only suggested from `CREDIBLE` on,
which an outcome's name, or the last place of a table of some width, reaches by itself.
"""

import re
from dataclasses import dataclass

from pipeweave_dagster.core.documents import ColumnDeduction, DatasetSnapshot
from pipeweave_dagster.core.schema.column_profile import ColumnProfile

CREDIBLE = 0.35


def words_of(name: str) -> list[str]:
    """The words of a name in lower case: `PassedBar_2` gives passed, bar."""
    split = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    return re.findall(r"[a-z]+", split.lower())


def _words(text: str) -> frozenset[str]:
    return frozenset(words_of(text))


_SURE_NAME = re.compile(
    r"(target|label)s?([_ .-]?\w)?|class|outcome|response|result|__target__|(is_?)?fraud|"
    r"churn(ed)?|exited|attrition|survived|default(ed)?|diagnosis",
    re.IGNORECASE,
)
# Names that say what something is or came to, if the whole name is that one word.
_AMOUNTS = _words(
    "price rating quality salary charges profit sales strength score grade revenue yield "
    "consumption mpg income species variety"
)
_LIKELY_WORDS = _AMOUNTS | _words(
    "target label class outcome churn attrition default fraud survived survival alive died death "
    "mortality success status approved won converted clicked purchase purchased cancelled "
    "cancellation cancellations readmitted stroke cancer disease diabetes spam passed pass delay "
    "sold points tomorrow cost emissions winner recid recidivism value"
)
_LIKELY_END = re.compile(
    r"(price|salary|charges|quality|rating|sales|success|churn|attrition|fraud|tomorrow|purchase)$",
    re.IGNORECASE,
)
# Time, place and names are what a row is known by, hardly ever what is asked of it.
_KNOWN_BY = _words(
    "year month day date time hour minute week weekday id code zip zipcode postcode lat latitude "
    "lon lng longitude note notes comment comments name description version ver neighborhood index"
)
_MANY_CLASSES = 30
_FEW_COLUMNS = 4
_NO_TARGET_TYPES = frozenset(
    {"identifier", "constant", "datetime", "url", "email", "phone", "list", "geo", "text"}
)


@dataclass(frozen=True)
class Candidate:
    """A column that may be the target, its score, and the signs that speak for it."""

    name: str
    score: float
    reasons: tuple[str, ...]


def candidates(
    columns: list[ColumnDeduction], profiles: dict[str, ColumnProfile], snapshot: DatasetSnapshot
) -> list[Candidate]:
    """Possible targets, the most credible first; of equals the one that stands later."""
    headless = not any(c.original_name.strip() for c in snapshot.columns)
    possible = [c for c in columns if _possible(c, profiles[c.name])]
    alone = len(possible) == 1 and len(columns) > 1
    kinds = [
        c for c in possible if c.type != "numeric" and profiles[c.name].distinct <= _MANY_CLASSES
    ]
    odd = kinds[0].name if len(kinds) == 1 and len(possible) >= _FEW_COLUMNS else None
    names = {c.name.casefold() for c in columns}
    likely = {c.name for c in possible}
    found = []
    for place, column in enumerate(columns):
        if column.name not in likely:
            continue
        signs = [_by_name(column.name, names), _by_place(place, len(columns), column, headless)]
        if alone:
            signs.append((0.3, "no other column could be one"))
        if column.name == odd and place == 0:
            signs.append((0.25, "it is the only column of kinds among numbers"))
        score = sum(s for s, _ in signs) + _by_values(column, profiles[column.name])
        reasons = tuple(reason for weight, reason in signs if weight > 0.1)
        found.append((-round(score, 4), -place, Candidate(column.name, round(score, 4), reasons)))
    return [candidate for *_, candidate in sorted(found, key=lambda f: f[:2])]


def _possible(column: ColumnDeduction, profile: ColumnProfile) -> bool:
    usual = column.type not in _NO_TARGET_TYPES and column.role == "feature"
    return usual and profile.distinct >= 2


def _by_name(name: str, names: set[str]) -> tuple[float, str]:
    stripped, words = name.strip(), words_of(name)
    told = "it has a usual name for a target"
    # Beside x or z, y is a coordinate.
    only_y = stripped.casefold() == "y" and not names & {"x", "z"}
    if only_y or _SURE_NAME.fullmatch(stripped):
        return 0.6, told
    if not words:
        return 0.0, ""
    if len(words) == 1 and words[0] in _AMOUNTS:
        return 0.4, told
    if words[-1] in _KNOWN_BY or words[0] in {"year", "month", "day"}:
        return -0.3, ""
    likely = _LIKELY_WORDS & set(words) or _LIKELY_END.search(stripped)
    return (0.3, told) if likely or words == ["type"] else (0.0, "")


def _by_place(place: int, count: int, column: ColumnDeduction, headless: bool) -> tuple[float, str]:
    if place == count - 1:
        wide = count >= _FEW_COLUMNS
        return (0.4 if headless else 0.36 if wide else 0.25), "it is the last column"
    if place == 0:
        classes = column.type in {"boolean", "categorical", "ordinal"}
        return (0.12 if classes else 0.08), "it is the first column"
    return 0.0, ""


def _by_values(column: ColumnDeduction, profile: ColumnProfile) -> float:
    score = -0.3 * profile.missing / max(1, profile.rows)
    classes = column.type in {"categorical", "ordinal", "context_specific"}
    if profile.distinct == 2:
        return score + 0.12
    if column.type == "numeric":
        return score + 0.05
    if classes and profile.storage == "text" and profile.distinct > _MANY_CLASSES:
        return score - 0.2
    return score + (0.08 if classes and profile.distinct <= 20 else 0.0)
