"""Rules for what a column means: each says its confidence, the alternatives and why."""

from pipeweave_dagster.core.schema.column_profile import ColumnProfile
from pipeweave_dagster.core.schema.meaning.base import Meaning, shown
from pipeweave_dagster.core.schema.meaning.numbers import meaning_of_numbers
from pipeweave_dagster.core.schema.meaning.texts import meaning_of_texts

__all__ = ["Meaning", "is_certain", "meaning_of"]

_BOOLEAN_PAIRS = (
    {"yes", "no"},
    {"y", "n"},
    {"true", "false"},
    {"t", "f"},
    {"0", "1"},
    {"on", "off"},
)
_LEVELS = 6


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
        return Meaning("boolean", 0.9, f"A mark that is set or not: {shown(profile)} or nothing.")
    if profile.storage in {"date", "datetime", "time"}:
        return Meaning("datetime", 0.99, f"Every value is a {profile.storage}.")
    if _is_boolean(profile):
        return Meaning(
            "boolean",
            0.95,
            f"Two values that mean yes and no: {shown(profile)}.",
            {"categorical": 0.05},
        )
    of_values = meaning_of_numbers if profile.storage in {"integer", "number"} else meaning_of_texts
    return of_values(profile)


def _is_boolean(profile: ColumnProfile) -> bool:
    values = {v.casefold() for v in profile.top}
    return profile.storage == "boolean" or (profile.distinct == 2 and values in _BOOLEAN_PAIRS)
