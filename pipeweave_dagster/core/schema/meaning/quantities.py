"""Evidence in values and names that whole numbers are quantities and no codes.

The type model has learned from English names and five samples, and takes `Alter` (age) and
`attachments` for names that only their source explains. The numbers of a code say nothing about how
often it occurs; those of a quantity do: neighbours are about as frequent.
"""

import re
from itertools import pairwise

from pipeweave_dagster.core.naming import without_accents
from pipeweave_dagster.core.schema.column_profile import ColumnProfile
from pipeweave_dagster.core.schema.meaning.base import CODE_NAME, ID_NAME, Meaning

_WORDS = (
    "alter alters lebensalter anzahl menge jahre tage wochen monate stunden minuten dauer "
    "wartezeit entfernung hohe breite lange gewicht flache grosse preis miete gehalt betrag "
    "punkte kinder personen zimmer besuche nombre quantite duree distance hauteur largeur "
    "longueur poids surface prix loyer salaire montant jours heures enfants pieces edad "
    "cantidad duracion distancia altura peso precio sueldo importe dias horas hijos "
    "habitaciones eta quantita durata distanza altezza prezzo giorni ore figli stanze idade "
    "quantidade duracao preco filhos quartos leeftijd aantal duur afstand hoogte gewicht "
    "prijs dagen uren kinderen kamers ålder antal pris "
)
_YEAR_NAMES = "year yr jahr baujahr geburtsjahr annee anno ano jaar ar"
_YEAR_WORDS = frozenset(_YEAR_NAMES.split())
_EVENT_YEARS = frozenset({"baujahr", "geburtsjahr"})
_OF_ROWS = frozenset({"fiscal", "school", "academic", "tax", "calendar", "crop", "data", "report"})
"""Words beside years in which a row was observed."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LETTERS = re.compile("[a-z]+")
_FIRST_YEAR, _LAST_YEAR = 1500, 2100
_MANY_YEARS = 20
_MANY_VALUES, _SMOOTH = 12, 3.5
_COUNT_VALUES, _ROWS_OF_COUNTS, _RARE_END = (4, 40), 100, 0.05
_SINGULAR = re.compile(r"(ss|us|is|as|os|ies)$")


def _words(name: str) -> list[str]:
    return _LETTERS.findall(without_accents(_CAMEL.sub(" ", name).replace("ß", "ss")).lower())


_QUANTITIES = frozenset(_words(_WORDS))


def meaning_of_quantity(profile: ColumnProfile, rule: Meaning) -> Meaning | None:
    """Return the meaning of whole numbers that name or values prove to be a quantity.

    Args:
        profile: The column.
        rule: What the rules say of it.

    Returns:
        None where nothing is proven, and for names of codes and identifiers.
    """
    named = CODE_NAME.search(profile.name) or ID_NAME.search(profile.name)
    if not profile.integral or profile.is_long_code or profile.distinct < 3 or named:
        return None
    if rule.type not in {"numeric", "categorical"}:
        return None
    reason = _proof(profile)
    return Meaning("numeric", 0.85, reason, {"categorical": 0.15}) if reason else None


def _proof(profile: ColumnProfile) -> str:
    words = _words(profile.name)
    if _QUANTITIES & set(words):
        return f"{profile.distinct} distinct integers; the name is that of a quantity."
    if _are_years(profile, words):
        return f"{profile.distinct} years, and the name says of what."
    if _are_counts(profile, words):
        return f"{profile.distinct} distinct counts; high ones are rare, and the name is a plural."
    smooth = profile.smoothness is not None and profile.smoothness > _SMOOTH
    # A bare year may as well name the period that a row belongs to.
    if smooth and not _year_words(profile, words):
        return f"{profile.distinct} distinct integers; neighbours are about as frequent."
    return ""


def _are_years(profile: ColumnProfile, words: list[str]) -> bool:
    """Return whether the values are many years of some event, not just of the row."""
    known = _year_words(profile, words)
    event = (len(words) > 1 and not _OF_ROWS & set(words)) or bool(known & _EVENT_YEARS)
    return bool(known) and event and profile.distinct >= _MANY_YEARS


def _year_words(profile: ColumnProfile, words: list[str]) -> set[str]:
    """Return the words for years in the name of a column whose values may be years."""
    low, high = profile.low or 0, profile.high or 0
    return set(words) & _YEAR_WORDS if _FIRST_YEAR <= low <= high <= _LAST_YEAR else set()


def _are_counts(profile: ColumnProfile, words: list[str]) -> bool:
    """Return whether the values run from 0 or 1, get rarer to the end, and count what is named."""
    least, most = _COUNT_VALUES
    if not least <= profile.distinct <= most or profile.filled < _ROWS_OF_COUNTS:
        return False
    plural = words and words[-1].endswith("s") and not _SINGULAR.search(words[-1])
    if not plural or profile.low not in {0, 1} or profile.distinct > len(profile.top):
        return False
    counts = [n for _, n in sorted(profile.top.items(), key=lambda item: float(item[0]))]
    mode = counts.index(max(counts))
    rest = counts[mode:]
    falls = all(a + 3 * a**0.5 >= b for a, b in pairwise(rest))
    rare = counts[-1] <= _RARE_END * profile.filled
    return falls and rare and 2 * mode < len(counts)


def smoothness_of(counts: list[int]) -> float | None:
    """Return how far the frequencies of neighbouring values are alike, in standard deviations.

    The ranks of the frequencies, in the order of the values, are compared with those of their
    neighbours (Bartels' rank test); where the order of the values says nothing, the result is about
    0. None of few values, and where all are equally frequent.

    Args:
        counts: Rows of each value, in the order of the values.
    """
    import numpy as np

    if len(counts) < _MANY_VALUES or len(set(counts)) < 3:
        return None
    found, ordered = np.array(counts), np.sort(counts)
    ranks = (np.searchsorted(ordered, found) + np.searchsorted(ordered, found, "right")) / 2
    ratio = float((np.diff(ranks) ** 2).sum() / ((ranks - ranks.mean()) ** 2).sum())
    return float((2 - ratio) / 2 * len(counts) ** 0.5)
