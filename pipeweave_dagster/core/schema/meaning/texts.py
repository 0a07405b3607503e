"""Rules for columns of text: forms, degrees, lists, free text and names of kinds."""

import re

from pipeweave_dagster.core.ingest.types.format_guesses import is_null_token
from pipeweave_dagster.core.schema.column_profile import ColumnProfile
from pipeweave_dagster.core.schema.meaning.base import ID_NAME, Meaning, shown
from pipeweave_dagster.core.schema.meaning.ordinal import known_order

_URL = re.compile(r"(https?|ftp)://\S+|www\.\S+\.\S+", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[\d(][\d() .-]{6,18}\d(\s?x\d+)?")
_POINT = re.compile(r"\(?-?\d{1,3}\.\d+\s*,\s*-?\d{1,3}\.\d+\)?|POINT ?\(.*\)", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*[\[({].*[\])}]\s*", re.DOTALL)


def _share(profile: ColumnProfile, pattern: re.Pattern[str]) -> float:
    values = profile.spread or tuple(profile.top)
    return sum(pattern.fullmatch(v.strip()) is not None for v in values) / max(1, len(values))


def meaning_of_texts(profile: ColumnProfile) -> Meaning:
    """The meaning of a column of text."""
    for type_, pattern, what in (
        ("url", _URL, "web addresses"),
        ("email", _EMAIL, "e-mail addresses"),
        ("geo", _POINT, "points on the globe"),
    ):
        if _share(profile, pattern) >= 0.9:
            return Meaning(type_, 0.97, f"Values are {what}: {shown(profile, 1)}.")  # type: ignore[arg-type]
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
            "list", 0.9, f"Values stand in brackets: {shown(profile, 1)}.", {"text": 0.1}
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
                f"Short entries joined by {mark!r}: {shown(profile, 1)}.",
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
    if unique and (profile.mean_words < 1.5 or ID_NAME.search(profile.name)):
        return Meaning(
            "identifier",
            0.85,
            f"Nearly every value occurs once: {shown(profile, 2)}.",
            {"context_specific": 0.15},
        )
    if profile.distinct <= 30 or profile.uniqueness <= 0.2:
        sure = 0.9 if profile.distinct <= 100 else 0.75
        return Meaning(
            "categorical",
            sure,
            f"{profile.distinct} values that repeat: {shown(profile)}.",
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
            f"Names or the like; nearly every value occurs once: {shown(profile, 2)}.",
            {"identifier": 0.4},
        )
    return Meaning(
        "context_specific",
        0.55,
        f"Many different short texts: {shown(profile, 2)}.",
        {"categorical": 0.45},
    )
