"""What the name of a column says of personal data, in the languages of Europe and some others.

A name alone proves little ("name" may be that of a product), so callers look at the values too.
"""

import re
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from pipeweave_dagster.core.naming import without_accents

PersonalKind = Literal["person", "name", "birth_date", "phone", "address", "account"]

_CAMEL = re.compile(r"(?<=[^\W\d_])(?<![A-Z])(?=[A-Z])")
_WORD = re.compile(r"[^\W\d_]+")
_MOST_WORDS = 20
# Letters that Unicode does not take apart.
_PLAIN = str.maketrans(
    {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "\u0131": "i"}
)


class _Words(NamedTuple):
    """Parts of words, whole words and whole names, separated by spaces."""

    stems: str
    words: str = ""
    whole: str = ""


_WORDS: dict[PersonalKind, _Words] = {
    "person": _Words(
        stems="surname firstname lastname fullname forename givenname familyname middlename "
        "vorname nachname familienname prenom nomdefamille nomcomplet apellido nombrecompleto "
        "cognome nomecompleto sobrenome nomecomplet voornaam achternaam fornavn efternavn "
        "etternavn fornamn efternamn etunimi sukunimi nazwisko prijmeni priezvisko keresztnev "
        "vezeteknev prenume soyad фамили отчеств фио прізвищ επωνυμ 姓名 氏名 이름 성명",
        whole="imie krestnijmeno имя",
    ),
    "name": _Words(
        stems="",
        whole="name first last middle nom nombre nome naam namn navn nimi jmeno meno nev nume isim "
        "ime имена ονομα 名前 名字",
    ),
    "birth_date": _Words(
        stems="geburt naissance nacimiento nascimento nascita geboorte fodsel fodelse syntyma "
        "urodzeni narozen narodeni szulet naster dogumtarih рожден народжен γεννησ 出生 "
        "生年月日 생년월일 birthdate birthday dateofbirth gebdat dataur datnar datenaiss fechanac "
        "datanasc dtnasc",
        words="dob birth born gebdatum dogum",
    ),
    "phone": _Words(
        stems="phone mobile fax telefon telefoon rufnummer handynummer cellulare celular puhelin "
        "телефон τηλεφων 电话 電話 手机 전화",
        words="tel tlf handy movil mobil",
        whole="cell gsm",
    ),
    "address": _Words(
        stems="address street adresse anschrift strasse direccion domicilio indirizzo endereco "
        "adres osoite адрес улиц διευθυνσ 地址 住所 주소",
        words="rue calle via rua straat gata gade vej katu ulice ulica utca cadde addr",
        whole="str",
    ),
    "account": _Words(
        stems="kontonummer kontonr bankkonto bankverbindung bankaccount accountnumber rachunku "
        "numerodecuenta cuentabancaria contobancario contabancaria rekeningnummer hesapno",
        words="iban rib",
    ),
}
_NAMES = "name nom nombre nome naam namn navn nimi imie jmeno nev"
_PEOPLE = (
    "customer employee patient person contact user client passenger member student kunde kunden "
    "mitarbeiter patienten personen mieter schuler versicherten ansprechpartner teilnehmer employe "
    "salarie eleve cliente empleado paciente alumno dipendente paziente funcionario aluno klant "
    "werknemer medewerker patientens pracownik pacjent klient"
)


@lru_cache(maxsize=4096)
def personal_kinds(name: str) -> frozenset[PersonalKind]:
    """Return the kinds of personal data that the name of a column speaks of.

    `person` is said by words for names of people alone, `name` by those that name anything.

    Example:
        >>> sorted(personal_kinds("Geburtsdatum")), sorted(personal_kinds("Prénom du client"))
        (['birth_date'], ['person'])
        >>> sorted(personal_kinds("product_name"))
        []
    """
    words = _folded(_CAMEL.sub(" ", name))[:_MOST_WORDS]
    joined, runs = "".join(words), _runs(words)
    found: set[PersonalKind] = {"name"} if _is_name_of_people(words, joined) else set()
    for kind, known in _folded_words().items():
        is_known = known.words & {*words} or joined in known.whole
        if is_known or any(stem in runs or _has(words, stem) for stem in known.stems):
            found.add(kind)
    return frozenset(found)


class _Folded(NamedTuple):
    stems: tuple[str, ...]
    words: frozenset[str]
    whole: frozenset[str]


@cache
def _folded_words() -> dict[PersonalKind, _Folded]:
    """Fold the lists as the names are folded: accents are no part of a word in either."""
    return {
        kind: _Folded(
            tuple(_folded(words.stems)),
            frozenset(_folded(words.words)),
            frozenset(_folded(words.whole)),
        )
        for kind, words in _WORDS.items()
    }


def _folded(text: str) -> list[str]:
    return _WORD.findall(without_accents(text.lower().translate(_PLAIN)))


def _is_name_of_people(words: list[str], joined: str) -> bool:
    """Return whether it is a name of people: `client_name`, `nom du client`, `Kundenname`."""
    names, people = _NAMES.split(), _PEOPLE.split()
    if {*names} & {*words} and {*people} & {*words}:
        return True
    return any(joined.endswith(n) and joined.removesuffix(n) in people for n in names)


def _has(words: list[str], stem: str) -> bool:
    return any(stem in word for word in words)


def _runs(words: list[str]) -> frozenset[str]:
    """Return two and three words in a row as one: `last name`, `date of birth`."""
    return frozenset("".join(words[i : i + n]) for n in (2, 3) for i in range(len(words) - n + 1))
