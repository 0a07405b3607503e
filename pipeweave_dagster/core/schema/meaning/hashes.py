"""The meaning of a column of keyed hashes: their digits say nothing, only which are equal."""

from pipeweave_dagster.core.schema.column_profile import ColumnProfile
from pipeweave_dagster.core.schema.meaning.base import Meaning, mostly_unique

_UNIQUE = 0.9
_MIN_ROWS = 20


def meaning_of_hashes(profile: ColumnProfile, meaning: Meaning) -> Meaning:
    """Return what a hashed column is: an identifier where nearly every hash is another.

    Args:
        profile: Its profile.
        meaning: What it would be if the hashes were words; a constant or a flag stays one.
    """
    if meaning.type in {"constant", "boolean"}:
        return meaning
    # Without a colon or a quote: the reasons of personal columns are cut before the first.
    count = f"{profile.distinct} distinct in {profile.filled} rows"
    values = f"Keyed hashes (set by `privacy`), {count}"
    if profile.filled >= _MIN_ROWS and profile.uniqueness > _UNIQUE:
        return Meaning("identifier", 1.0, f"{values}, so {mostly_unique(profile)}.")
    return Meaning("categorical", 1.0, f"{values}, of which only the equality means anything.")
