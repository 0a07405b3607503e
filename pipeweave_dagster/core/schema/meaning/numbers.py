"""Rules for numeric columns: identifiers, coordinates, codes and quantities."""

import re
from collections.abc import Collection

from pipeweave_dagster.core.schema.column_profile import ColumnProfile
from pipeweave_dagster.core.schema.meaning.base import (
    CODE_NAME,
    COUNT_NAME,
    ID_NAME,
    NUMBER_NAME,
    Meaning,
    frequent_values,
    mostly_unique,
    names_rows,
)

_UNIQUE = 0.9

_MAX_SPAN = 1.02
_LATITUDE, _LONGITUDE = {"lat", "latitude"}, {"lon", "lng", "long", "longitude"}
_SHORT = len("long")
_POINT_WORDS = (
    "x y start end from to origin destination orig dest src source target departure arrival pickup "
    "dropoff pick drop off geo gps location loc position pos point coord coords coordinate center "
    "centre centroid home store shop station site city country place map deg degree degrees dd "
    "decimal wgs wgs84 epsg min max mean avg first last begin stop user customer"
)
"""Words beside `lat` or `long` in names of coordinates, such as `start_long` and `pickup lat`."""
_OF_POINTS = frozenset(_POINT_WORDS.split())


def meaning_of_numbers(profile: ColumnProfile, others: Collection[str] = ()) -> Meaning:
    """Deduce the meaning of a numeric column; `others` are the names of the numeric columns."""
    if _is_coordinate(profile, others):
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
        and not NUMBER_NAME.search(profile.name)
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


def _is_coordinate(profile: ColumnProfile, others: Collection[str]) -> bool:
    """Return whether name and range are those of degrees.

    `long` and `lat` are ordinary words as well (`how long it took`): in a longer name they count
    beside a column that has the other one in its place.
    """
    if profile.low is None or profile.high is None or profile.integral:
        return False
    if not -180 <= profile.low <= profile.high <= 180:
        return False
    words = _words(profile.name)
    latitude = [i for i, word in enumerate(words) if word in _LATITUDE]
    if profile.low >= -90 and profile.high <= 90 and latitude:
        place, mates = latitude[-1], _LONGITUDE
    elif longitude := [i for i, word in enumerate(words) if word in _LONGITUDE]:
        place, mates = longitude[-1], _LATITUDE
    else:
        return False
    if len(words[place]) > _SHORT:
        return True
    rest = [*words[:place], *words[place + 1 :]]
    pairs = ([*words[:place], mate, *words[place + 1 :]] for mate in mates)
    known = {tuple(_words(name)) for name in others}
    paired = any(tuple(pair) in known for pair in pairs)
    return paired or all(word in _OF_POINTS or word.isdigit() for word in rest)


def _words(name: str) -> list[str]:
    """Return the words of a name, also of one in camel case, in lower case.

    Example:
        >>> _words("pickupLat_2"), _words("LONG")
        (['pickup', 'lat', '2'], ['long'])
    """
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+|[^\W\d_]+|\d+", name)]


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
