"""Rules for what a column means: each says its confidence, the alternatives and why."""

import re
from dataclasses import dataclass, field

from pipeweave_dagster.core.documents import SemanticType
from pipeweave_dagster.core.ingest.guesses import is_null_token
from pipeweave_dagster.core.schema.ordinal import known_order
from pipeweave_dagster.core.schema.profile import ColumnProfile

_ID_NAME = re.compile(
    r"(^|[_\W])(id|ids|uuid|guid|key|index|idx|rownames?|row_?(number|num|id)|serial|ssn|isbn|sku)($|[_\W])"
    r"|(?-i:[a-z]I[Dd]$)|no\.?$|number$|_?#$",
    re.IGNORECASE,
)
_COUNT_NAME = re.compile(
    r"num|count|qty|quantity|total|amount|age|year|hour|day|month|rooms|bath|price|cost|size|rate|"
    r"score|n_|sum|avg|mean|pct|percent|length|width|height|weight|points|siblings|children|times",
    re.IGNORECASE,
)
_CODE_NAME = re.compile(
    r"code|type|class|categor|status|zip|postal|region|group|level|grade|sex|gender|race|flag|"
    r"segment|cluster|kind|district|ward|state|county|fips|model|brand",
    re.IGNORECASE,
)
_BOOLEAN_PAIRS = (
    {"yes", "no"},
    {"y", "n"},
    {"true", "false"},
    {"t", "f"},
    {"0", "1"},
    {"on", "off"},
)
_URL = re.compile(r"(https?|ftp)://\S+|www\.\S+\.\S+", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[\d(][\d() .-]{6,18}\d(\s?x\d+)?")
_POINT = re.compile(r"\(?-?\d{1,3}\.\d+\s*,\s*-?\d{1,3}\.\d+\)?|POINT ?\(.*\)", re.IGNORECASE)
_LEVELS = 6
_BRACKETS = re.compile(r"\s*[\[({].*[\])}]\s*", re.DOTALL)


@dataclass(frozen=True)
class Meaning:
    """A semantic type with its confidence (0 to 1), the next best ones, and the reason."""

    type: SemanticType
    confidence: float
    reason: str
    alternatives: dict[str, float] = field(default_factory=dict)
    order: list[str] | None = None


def is_certain(profile: ColumnProfile, rule: Meaning) -> bool:
    """Whether a rule saw proof, which no statistics of other people's columns can outweigh."""
    if profile.storage in {"date", "datetime", "time", "boolean"}:
        return True
    if rule.type in {"constant", "url", "email", "geo", "phone", "boolean", "ordinal"}:
        return True
    # A handful of fractions (0.25, 0.5, 1, 2) may be levels.
    fractions = profile.storage == "number" and not profile.whole
    if profile.unit is not None or (fractions and profile.distinct > _LEVELS):
        return True
    return rule.type == "identifier" and rule.confidence >= 0.95


def meaning_of(profile: ColumnProfile) -> Meaning:
    """Deduce the meaning of one column by rules."""
    if not profile.filled:
        return Meaning("constant", 1.0, "Every value is missing.")
    if profile.distinct == 1 and not profile.missing:
        return Meaning("constant", 1.0, f"Every value is {next(iter(profile.top))!r}.")
    if profile.distinct == 1:
        return Meaning("boolean", 0.9, f"A mark that is set or not: {_shown(profile)} or nothing.")
    if profile.storage in {"date", "datetime", "time"}:
        return Meaning("datetime", 0.99, f"Every value is a {profile.storage}.")
    if _is_boolean(profile):
        return Meaning(
            "boolean",
            0.95,
            f"Two values that mean yes and no: {_shown(profile)}.",
            {"categorical": 0.05},
        )
    return _number(profile) if profile.storage in {"integer", "number"} else _text(profile)


_SHOWN_FROM = 5


def _shown(profile: ColumnProfile, count: int = 3) -> str:
    """The commonest values; one that fewer than five rows hold may be about a person."""
    known = [value for value, rows in profile.top.items() if rows >= _SHOWN_FROM]
    return ", ".join(repr(value[:40]) for value in known[:count]) or "(too rare to be shown)"


def _is_boolean(profile: ColumnProfile) -> bool:
    values = {v.casefold() for v in profile.top}
    return profile.storage == "boolean" or (profile.distinct == 2 and values in _BOOLEAN_PAIRS)


def _number(profile: ColumnProfile) -> Meaning:
    if _is_place(profile):
        return Meaning(
            "geo", 0.9, "Numbers within the degrees of the globe, and named so.", {"numeric": 0.1}
        )
    if profile.storage == "number" and not profile.whole:
        unit = f" in {profile.unit}" if profile.unit else ""
        return Meaning("numeric", 0.98, f"Numbers with fractions{unit}.", {"categorical": 0.02})
    named_id = _ID_NAME.search(profile.name) is not None
    if profile.rising and not _COUNT_NAME.search(profile.name):
        return Meaning("identifier", 0.95, "Counts the rows one by one.", {"numeric": 0.05})
    if named_id and profile.uniqueness > 0.95 and profile.filled > 5:
        return Meaning(
            "identifier",
            0.95,
            "Named like an id, and nearly every value occurs once.",
            {"numeric": 0.05},
        )
    if (
        named_id
        and profile.whole
        and profile.distinct > 20
        and not profile.name.lower().endswith("number")
    ):
        return Meaning(
            "identifier",
            0.6,
            "Named like an id; values repeat.",
            {"categorical": 0.25, "numeric": 0.15},
        )
    return _whole_number(profile)


def _is_place(profile: ColumnProfile) -> bool:
    name = profile.name.lower()
    if profile.low is None or profile.high is None or profile.whole:
        return False
    lat = (
        re.search(r"(^|[_\W])(lat|latitude)($|[_\W\d])", name)
        and -90 <= profile.low <= profile.high <= 90
    )
    lon = (
        re.search(r"(^|[_\W])(lon|lng|long|longitude)($|[_\W\d])", name)
        and -180 <= profile.low <= profile.high <= 180
    )
    return bool(lat or lon)


def _whole_number(profile: ColumnProfile) -> Meaning:
    few = profile.distinct <= 10 and profile.filled >= 3 * profile.distinct
    if profile.distinct == 2:
        return Meaning(
            "categorical", 0.7, f"Two whole numbers: {_shown(profile)}.", {"numeric": 0.3}
        )
    if few and _CODE_NAME.search(profile.name):
        return Meaning(
            "categorical",
            0.85,
            f"{profile.distinct} codes under a name for kinds.",
            {"numeric": 0.15},
        )
    if few and not _COUNT_NAME.search(profile.name):
        return Meaning(
            "categorical", 0.55, f"Only {profile.distinct} whole numbers.", {"numeric": 0.45}
        )
    if (
        _CODE_NAME.search(profile.name)
        and not _COUNT_NAME.search(profile.name)
        and profile.uniqueness < 0.5
    ):
        return Meaning(
            "categorical", 0.6, "Whole numbers under a name for kinds.", {"numeric": 0.4}
        )
    sure = 0.75 if few else 0.9
    return Meaning(
        "numeric",
        sure,
        f"Whole numbers, {profile.distinct} different ones.",
        {"categorical": 1 - sure},
    )


def _share(profile: ColumnProfile, pattern: re.Pattern[str]) -> float:
    values = profile.spread or tuple(profile.top)
    return sum(pattern.fullmatch(v.strip()) is not None for v in values) / max(1, len(values))


def _text(profile: ColumnProfile) -> Meaning:
    for type_, pattern, what in (
        ("url", _URL, "web addresses"),
        ("email", _EMAIL, "e-mail addresses"),
        ("geo", _POINT, "points on the globe"),
    ):
        if _share(profile, pattern) >= 0.9:
            return Meaning(type_, 0.97, f"Values are {what}: {_shown(profile, 1)}.")  # type: ignore[arg-type]
    if _share(profile, _PHONE) >= 0.9 and re.search(
        "phone|tel|fax|mobile", profile.name, re.IGNORECASE
    ):
        return Meaning("phone", 0.95, "Values look like phone numbers, and are named so.")
    order = known_order(list(profile.top)) if profile.distinct <= len(profile.top) else None
    if order:
        return Meaning(
            "ordinal",
            0.8,
            f"Categories with a natural order: {', '.join(order)[:120]}.",
            {"categorical": 0.2},
            order,
        )
    listed = _list(profile)
    return listed or _words(profile)


def _list(profile: ColumnProfile) -> Meaning | None:
    values = [v for v in profile.spread or tuple(profile.top) if not is_null_token(v)]
    if not values:
        return None
    brackets = sum(_BRACKETS.fullmatch(v) is not None and len(v) > 2 for v in values) / len(values)
    if brackets >= 0.9:
        return Meaning(
            "list", 0.9, f"Values stand in brackets: {_shown(profile, 1)}.", {"text": 0.1}
        )
    for mark in (";", "|", ","):
        share = sum(v.count(mark) >= 1 for v in values) / len(values)
        parts = [p.strip() for v in values for p in v.split(mark)]
        short = sum(len(p.split()) <= 3 and not p.endswith(".") for p in parts) / len(parts)
        repeat = len(set(parts)) / len(parts)
        if share >= 0.6 and short >= 0.9 and repeat < 0.7 and profile.distinct > 10:
            return Meaning(
                "list",
                0.7,
                f"Short entries joined by {mark!r}: {_shown(profile, 1)}.",
                {"text": 0.15, "context_specific": 0.15},
            )
    return None


def _words(profile: ColumnProfile) -> Meaning:
    if profile.mean_words >= 6 and profile.distinct > 20:
        return Meaning(
            "text",
            0.9,
            f"Free text, {profile.mean_words:.0f} words on average.",
            {"context_specific": 0.1},
        )
    unique = profile.uniqueness > 0.9 and profile.filled >= 20
    if unique and (profile.mean_words < 1.5 or _ID_NAME.search(profile.name)):
        return Meaning(
            "identifier",
            0.85,
            f"Nearly every value occurs once: {_shown(profile, 2)}.",
            {"context_specific": 0.15},
        )
    if profile.distinct <= 30 or profile.uniqueness <= 0.2:
        sure = 0.9 if profile.distinct <= 100 else 0.75
        return Meaning(
            "categorical",
            sure,
            f"{profile.distinct} values that repeat: {_shown(profile)}.",
            {"context_specific": round(1 - sure, 2)},
        )
    if profile.mean_words >= 3:
        return Meaning(
            "text",
            0.6,
            f"Short texts, {profile.mean_words:.1f} words on average.",
            {"context_specific": 0.4},
        )
    if unique:
        return Meaning(
            "context_specific",
            0.6,
            f"Names or the like; nearly every value occurs once: {_shown(profile, 2)}.",
            {"identifier": 0.4},
        )
    return Meaning(
        "context_specific",
        0.55,
        f"Many different short texts: {_shown(profile, 2)}.",
        {"categorical": 0.45},
    )
