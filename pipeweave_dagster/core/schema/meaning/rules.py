"""Rules for the meaning of a column: each gives a confidence, alternatives and a reason."""

from collections.abc import Collection

from pipeweave_dagster.core.schema.column_profile import ColumnProfile
from pipeweave_dagster.core.schema.meaning.base import Meaning, frequent_values
from pipeweave_dagster.core.schema.meaning.numbers import meaning_of_numbers
from pipeweave_dagster.core.schema.meaning.texts import meaning_of_texts

__all__ = ["Meaning", "is_certain", "meaning_by_rules"]

_BOOLEAN_PAIRS = (
    {"yes", "no"},
    {"y", "n"},
    {"true", "false"},
    {"t", "f"},
    {"0", "1"},
    {"on", "off"},
)
_MAX_LEVELS = 6


def is_certain(profile: ColumnProfile, rule: Meaning) -> bool:
    """Return whether a rule has proof, which the type model must not override."""
    if profile.storage in {"date", "datetime", "time", "boolean"}:
        return True
    if profile.is_long_code:
        return True
    if rule.type in {"constant", "url", "email", "geo", "phone", "boolean", "ordinal"}:
        return True
    # A few decimal numbers (0.25, 0.5, 1, 2) may be levels of a category.
    fractions = profile.storage == "number" and not profile.integral
    if profile.unit is not None or (fractions and profile.distinct > _MAX_LEVELS):
        return True
    return rule.type == "identifier" and rule.confidence >= 0.95


def meaning_by_rules(profile: ColumnProfile, numeric: Collection[str] = ()) -> Meaning:
    """Deduce the meaning of a column by rules; `numeric` are the names of the numeric columns."""
    if not profile.filled:
        return Meaning("constant", 1.0, "Every value is missing.")
    if profile.distinct == 1 and not profile.missing:
        return Meaning("constant", 1.0, f"Every value is {next(iter(profile.top))!r}.")
    if profile.distinct == 1:
        return Meaning("boolean", 0.9, f"A flag that is set or missing{frequent_values(profile)}.")
    if profile.storage in {"date", "datetime", "time"}:
        return Meaning("datetime", 0.99, f"Every value is a {profile.storage}.")
    if _is_boolean(profile):
        return Meaning(
            "boolean",
            0.95,
            f"Two values that stand for yes and no{frequent_values(profile)}.",
            {"categorical": 0.05},
        )
    is_number = profile.storage in {"integer", "number"}
    return meaning_of_numbers(profile, numeric) if is_number else meaning_of_texts(profile)


def _is_boolean(profile: ColumnProfile) -> bool:
    values = {v.casefold() for v in profile.top}
    return profile.storage == "boolean" or (profile.distinct == 2 and values in _BOOLEAN_PAIRS)
