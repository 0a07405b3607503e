"""Rules for numeric columns: identifiers, coordinates, codes and quantities."""

import re

from pipeweave_dagster.core.schema.column_profile import ColumnProfile
from pipeweave_dagster.core.schema.meaning.base import (
    CODE_NAME,
    COUNT_NAME,
    ID_NAME,
    Meaning,
    frequent_values,
    mostly_unique,
    names_rows,
)

_UNIQUE = 0.9

_MAX_SPAN = 1.02


def meaning_of_numbers(profile: ColumnProfile) -> Meaning:
    """Deduce the meaning of a numeric column."""
    if _is_coordinate(profile):
        return Meaning(
            "geo",
            0.9,
            "The range and the name are those of geographic coordinates.",
            {"numeric": 0.1},
        )
    if profile.storage == "number" and not profile.integral:
        unit = f" in {profile.unit}" if profile.unit else ""
        return Meaning("numeric", 0.98, f"Decimal numbers{unit}.", {"categorical": 0.02})
    named_id = ID_NAME.search(profile.name) is not None
    if _is_row_number(profile) and not COUNT_NAME.search(profile.name):
        return Meaning("identifier", 0.95, "Consecutive row numbers.", {"numeric": 0.05})
    if named_id and profile.uniqueness > 0.95 and profile.filled > 5:
        return Meaning(
            "identifier",
            0.95,
            f"The name is that of an ID, and {mostly_unique(profile)}.",
            {"numeric": 0.05},
        )
    if (
        named_id
        and profile.integral
        and profile.distinct > 20
        and not profile.name.lower().endswith("number")
    ):
        return Meaning(
            "identifier",
            0.6,
            "The name is that of an ID, although values repeat.",
            {"categorical": 0.25, "numeric": 0.15},
        )
    return (_meaning_of_long_codes if profile.is_long_code else _meaning_of_integers)(profile)


def _meaning_of_long_codes(profile: ColumnProfile) -> Meaning:
    digits = "Integers of more than 15 digits are codes, not amounts"
    if profile.uniqueness > _UNIQUE and profile.filled > 5:
        return Meaning("identifier", 0.95, f"{digits}, and {mostly_unique(profile)}.")
    return Meaning("categorical", 0.95, f"{digits}{frequent_values(profile)}.")


def _is_row_number(profile: ColumnProfile) -> bool:
    """Return whether whole numbers run through the rows; a few may repeat or lack."""
    if profile.is_row_number or profile.low is None or profile.high is None:
        return profile.is_row_number
    consecutive = profile.high - profile.low + 1 <= _MAX_SPAN * profile.rows
    return profile.integral and names_rows(profile) and consecutive


def _is_coordinate(profile: ColumnProfile) -> bool:
    name = profile.name.lower()
    if profile.low is None or profile.high is None or profile.integral:
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


def _meaning_of_integers(profile: ColumnProfile) -> Meaning:
    few = profile.distinct <= 10 and profile.filled >= 3 * profile.distinct
    if profile.distinct == 2:
        return Meaning(
            "categorical",
            0.7,
            f"Two distinct integers{frequent_values(profile)}.",
            {"numeric": 0.3},
        )
    if few and CODE_NAME.search(profile.name):
        return Meaning(
            "categorical",
            0.85,
            f"{profile.distinct} integer codes; the name is that of a category.",
            {"numeric": 0.15},
        )
    if few and not COUNT_NAME.search(profile.name):
        return Meaning(
            "categorical", 0.55, f"Only {profile.distinct} distinct integers.", {"numeric": 0.45}
        )
    if (
        CODE_NAME.search(profile.name)
        and not COUNT_NAME.search(profile.name)
        and profile.uniqueness < 0.5
    ):
        return Meaning(
            "categorical", 0.6, "Integers; the name is that of a category.", {"numeric": 0.4}
        )
    confidence = 0.75 if few else 0.9
    return Meaning(
        "numeric",
        confidence,
        f"{profile.distinct} distinct integers.",
        {"categorical": 1 - confidence},
    )
