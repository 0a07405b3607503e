"""Rules for text columns: formats, ordinals, lists, free text and categories."""

import re

from pipeweave_dagster.core.model.null_tokens import is_null_token
from pipeweave_dagster.core.personal_words import personal_kinds
from pipeweave_dagster.core.schema.column_profile import ColumnProfile
from pipeweave_dagster.core.schema.meaning.base import (
    ID_NAME,
    PHONE,
    Meaning,
    frequent_values,
    mostly_unique,
    names_rows,
)
from pipeweave_dagster.core.schema.meaning.ordinal import known_order

_URL = re.compile(r"(https?|ftp)://\S+|www\.\S+\.\S+", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_POINT = re.compile(r"\(?-?\d{1,3}\.\d+\s*,\s*-?\d{1,3}\.\d+\)?|POINT ?\(.*\)", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*[\[({].*[\])}]\s*", re.DOTALL)


def _share(profile: ColumnProfile, pattern: re.Pattern[str]) -> float:
    """Return the share of sample values that match a pattern."""
    values = profile.sample or tuple(profile.top)
    return sum(pattern.fullmatch(v.strip()) is not None for v in values) / max(1, len(values))


def meaning_of_texts(profile: ColumnProfile) -> Meaning:
    """Deduce the meaning of a text column."""
    for type_, pattern, label in (
        ("url", _URL, "URLs"),
        ("email", _EMAIL, "email addresses"),
        ("geo", _POINT, "geographic points"),
    ):
        if _share(profile, pattern) >= 0.9:
            return Meaning(type_, 0.97, f"Values are {label}{frequent_values(profile, 1)}.")  # type: ignore[arg-type]
    if _share(profile, PHONE) >= 0.9 and "phone" in personal_kinds(profile.name):
        return Meaning("phone", 0.95, "Values and name are those of phone numbers.")
    order = known_order(list(profile.top)) if profile.distinct <= len(profile.top) else None
    if order:
        return Meaning(
            "ordinal",
            0.8,
            f"Categories with a natural order: {', '.join(order)[:120]}.",
            {"categorical": 0.2},
            order,
        )
    return _list_meaning(profile) or _meaning_of_words(profile)


def _list_meaning(profile: ColumnProfile) -> Meaning | None:
    values = [v for v in profile.sample or tuple(profile.top) if not is_null_token(v)]
    if not values:
        return None
    brackets = sum(_BRACKETS.fullmatch(v) is not None and len(v) > 2 for v in values) / len(values)
    if brackets >= 0.9:
        return Meaning(
            "list",
            0.9,
            f"Values are enclosed in brackets{frequent_values(profile, 1)}.",
            {"text": 0.1},
        )
    for separator in (";", "|", ","):
        share = sum(v.count(separator) >= 1 for v in values) / len(values)
        items = [p.strip() for v in values for p in v.split(separator)]
        short = sum(len(p.split()) <= 3 and not p.endswith(".") for p in items) / len(items)
        repeat = len(set(items)) / len(items)
        if share >= 0.6 and short >= 0.9 and repeat < 0.7 and profile.distinct > 10:
            return Meaning(
                "list",
                0.7,
                f"Short items separated by {separator!r}{frequent_values(profile, 1)}.",
                {"text": 0.15, "context_specific": 0.15},
            )
    return None


def _meaning_of_words(profile: ColumnProfile) -> Meaning:
    if profile.mean_words >= 6 and profile.distinct > 20:
        return Meaning(
            "text",
            0.9,
            f"Free text, {profile.mean_words:.0f} words on average.",
            {"context_specific": 0.1},
        )
    unique = profile.uniqueness > 0.9 and profile.filled >= 20
    if unique and (profile.mean_words < 1.5 or ID_NAME.search(profile.name)):
        confidence = 0.95 if names_rows(profile) and profile.mean_words < 1.1 else 0.85
        return Meaning(
            "identifier",
            confidence,
            f"{mostly_unique(profile).capitalize()}{frequent_values(profile, 2)}.",
            {"context_specific": round(1 - confidence, 2)},
        )
    if profile.distinct <= 30 or profile.uniqueness <= 0.2:
        confidence = 0.9 if profile.distinct <= 100 else 0.75
        return Meaning(
            "categorical",
            confidence,
            f"{profile.distinct} distinct values that repeat{frequent_values(profile)}.",
            {"context_specific": round(1 - confidence, 2)},
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
            f"Names or similar; {mostly_unique(profile)}{frequent_values(profile, 2)}.",
            {"identifier": 0.4},
        )
    return Meaning(
        "context_specific",
        0.55,
        f"Many distinct short texts{frequent_values(profile, 2)}.",
        {"categorical": 0.45},
    )
