"""Personal columns are found by their names in many languages, if their values agree."""

import random

import pytest

from pipeweave_dagster.core.advice.privacy import may_be_shared
from pipeweave_dagster.core.personal_words import personal_kinds

# Per language: a name of persons, a date of birth, a telephone number, an address, a street.
HEADERS = {
    "English": ("lastName", "date of birth", "Phone (home)", "address", "5 Elm Street"),
    "German": ("Nachname", "Geburtsdatum", "Tel.", "Straße", "Hauptstr. 5"),
    "German, compounds": (
        "Patientenname",
        "geb_datum Geburt",
        "Rufnummer",
        "Anschrift",
        "Am Weg 5",
    ),
    "French": ("Prénom", "Date de naissance", "Téléphone", "Adresse", "5 rue de la Paix"),
    "French, of people": ("nom_du_client", "naissance", "telephone", "rue", "5 bis rue Verte"),
    "Spanish": ("Apellidos", "fecha_nacimiento", "Teléfono", "Dirección", "Calle Mayor 5"),
    "Italian": ("Cognome", "data di nascita", "Cellulare", "Indirizzo", "Via Roma 5"),
    "Portuguese": ("Sobrenome", "Data de Nascimento", "telefone", "Endereço", "Rua Nova 5"),
    "Dutch": ("Achternaam", "geboortedatum", "telefoonnummer", "adres", "Dorpsstraat 5"),
    "Danish": ("Efternavn", "Fødselsdato", "tlf", "Adresse", "Nygade 5"),
    "Swedish": ("Förnamn", "Födelsedatum", "mobil", "gata", "Storgatan 5"),
    "Polish, short": ("Imię", "Data ur.", "Tel. kom.", "adres", "ul. Polna 5"),
    "Turkish, short": (
        "Ad\u0131 Soyad\u0131",
        "Doğum Tarihi",
        "Cep Telefonu",
        "Adres",
        "Gül Sok. No:5",
    ),
    "Polish": ("Nazwisko", "Data urodzenia", "telefon", "adres", "ul. Polna 5"),
    "Norwegian": ("Etternavn", "Fødselsdato", "Telefon", "Adresse", "Storgata 5"),
    "Finnish": ("Sukunimi", "Syntymäaika", "Puhelin", "Osoite", "Mannerheimintie 5"),
    "Czech": ("Příjmení", "Datum narození", "Telefon", "ulice", "Dlouhá 5"),
    "Slovak": ("Priezvisko", "Dátum narodenia", "Telefón", "Adresa", "Dlhá 5"),
    "Hungarian": ("Vezetéknév", "Születési dátum", "Telefonszám", "utca", "Petőfi utca 5"),
    "Romanian": ("Prenume", "Data nașterii", "Telefon", "Adresă", "Strada Nouă 5"),
    "Ukrainian": ("Прізвище", "Дата народження", "Телефон", "Адреса", "вул. Нова 5"),
    "Turkish": ("Soyad\u0131", "Doğum Tarihi", "GSM", "cadde", "Atatürk Cad. 5"),
    "Russian": ("Фамилия", "Дата рождения", "Телефон", "Адрес", "ул. Новая 5"),
    "Greek": ("Επώνυμο", "Ημερομηνία γέννησης", "Τηλέφωνο", "Διεύθυνση", "Οδός Νέα 5"),
    "Japanese": ("氏名", "生年月日", "電話", "住所", "新町 5"),
    "Chinese": ("姓名", "出生日期", "手机", "地址", "新街 5"),
    "Korean": ("이름", "생년월일", "전화", "주소", "새길 5"),
}
ROWS = 120


def people(person, birth, phone, address, street):
    """A table of people, and one number of something else."""
    chance = random.Random(5)
    lines = [f"{person};{birth};{phone};{address};Menge;y"]
    for i in range(ROWS):
        name = "".join(chance.choices("abdeiklmnorstu", k=7)).title()
        day = f"{chance.randint(1940, 2005)}-{i % 12 + 1:02}-{i % 28 + 1:02}"
        number = f"0171/{chance.randint(10**6, 10**7 - 1)}"
        place = street.replace("5", str(chance.randint(1, 300)))
        lines.append(f"{name};{day};{number};{place};{chance.randint(1, 99)};{i % 2}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("language", HEADERS)
def test_they_are_found_whatever_the_language(language, version):
    made = version(people(*HEADERS[language]), target="y")
    kinds = [c.pii for c in made.schema.columns]
    assert kinds == ["person", "birth_date", "phone", "address", None, None]
    assert not any(may_be_shared(name, None, "text") for name in HEADERS[language][:4])


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("nom_produit", ["table ronde", "lampe", "chaise haute"]),
        ("Telefonkosten", ["12,50", "8,90", "30,00"]),
        ("Geburtsgewicht", ["3200", "2950", "4100"]),
        ("ip_address", ["a1", "b2", "c3"]),
        ("via", ["web", "mail", "shop"]),
        ("mobile_users", ["1200000", "800000", "2100000"]),
        ("strength", ["3.5 mm", "4.5 mm", "5.5 mm"]),
        ("Filename", ["report one", "report two", "letter"]),
        ("load_result", ["a 1", "b 2", "c 3"]),
        ("last_visit", ["2024-01-05", "2024-02-06", "2024-03-07"]),
        ("IBAN checked", ["yes, by hand", "no", "yes, by rule"]),
    ],
)
def test_other_columns_are_not(name, values, version):
    rows = "".join(f"{i};{values[i % len(values)]};{i % 2}\n" for i in range(ROWS))
    assert version(f"k;{name};y\n{rows}", target="y").schema.columns[1].pii is None


def iban(account):
    """A German account number with the check digits of ISO 13616."""
    check = 98 - int(f"{account:018}131400") % 97
    return f"DE{check:02}{account:018}"


@pytest.mark.parametrize("spaced", [False, True])
def test_account_numbers_are_found_by_their_check_digits(spaced, version):
    numbers = [iban(370400440532013000 + 7919 * i) for i in range(ROWS)]
    if spaced:
        numbers = [" ".join(n[k : k + 4] for k in range(0, len(n), 4)) for n in numbers]
    text = "konto;y\n" + "".join(f"{n};{i % 2}\n" for i, n in enumerate(numbers))
    made = version(text, target="y")
    assert made.schema.column("konto").pii == "iban"


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("Nr rachunku", "24 0680 7152 {:04} 5148 8252 8493"),
        ("IBAN", "TR40 0006 2987 {:04} 2152 84"),
    ],
)
def test_account_numbers_that_are_named_need_no_check_digits(name, number, version):
    text = f"{name};y\n" + "".join(f"{number.format(i)};{i % 2}\n" for i in range(ROWS))
    assert version(text, target="y").schema.columns[0].pii == "iban"


@pytest.mark.parametrize(("name", "is_personal"), [("Nachname", True), ("name", False)])
def test_few_names_are_persons_where_the_name_says_so(name, is_personal, version):
    people = ["Meier", "Huber", "Bauer", "Wagner", "Schmidt"]
    text = f"{name};y\n" + "".join(f"{people[i % 5]};{i % 2}\n" for i in range(ROWS))
    assert (version(text, target="y").schema.columns[0].pii == "person") == is_personal


def test_telephone_numbers_without_marks_are_found(version):
    text = "Handynummer;y\n" + "".join(f"4917{10**7 + 991 * i};{i % 2}\n" for i in range(ROWS))
    column = version(text, target="y").schema.column("Handynummer")
    assert (column.storage, column.pii) == ("integer", "phone")


def test_names_are_folded_alike_in_any_form():
    for name in ("Prénom", "PRE\N{COMBINING ACUTE ACCENT}NOM", "pre nom", "client-prénom"):
        assert "person" in personal_kinds(name)
