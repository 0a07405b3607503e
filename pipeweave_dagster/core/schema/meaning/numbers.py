"""Rules for columns of numbers: identifiers, places, codes and amounts."""

import re

from pipeweave_dagster.core.schema.column_profile import ColumnProfile
from pipeweave_dagster.core.schema.meaning.base import (
    CODE_NAME,
    COUNT_NAME,
    ID_NAME,
    Meaning,
    shown,
)


def meaning_of_numbers(profile: ColumnProfile) -> Meaning:
    """The meaning of a column of numbers."""
    if _is_place(profile):
        return Meaning(
            "geo", 0.9, "Numbers within the degrees of the globe, and named so.", {"numeric": 0.1}
        )
    if profile.storage == "number" and not profile.whole:
        unit = f" in {profile.unit}" if profile.unit else ""
        return Meaning("numeric", 0.98, f"Numbers with fractions{unit}.", {"categorical": 0.02})
    named_id = ID_NAME.search(profile.name) is not None
    if profile.rising and not COUNT_NAME.search(profile.name):
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
            "categorical", 0.7, f"Two whole numbers: {shown(profile)}.", {"numeric": 0.3}
        )
    if few and CODE_NAME.search(profile.name):
        return Meaning(
            "categorical",
            0.85,
            f"{profile.distinct} codes under a name for kinds.",
            {"numeric": 0.15},
        )
    if few and not COUNT_NAME.search(profile.name):
        return Meaning(
            "categorical", 0.55, f"Only {profile.distinct} whole numbers.", {"numeric": 0.45}
        )
    if (
        CODE_NAME.search(profile.name)
        and not COUNT_NAME.search(profile.name)
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
