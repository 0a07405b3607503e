"""A no-break space in numbers is evidence for the encodings that have it."""

import pytest

from pipeweave_dagster.core.ingest.text.legacy_encodings import choose_legacy_encoding

PLACES = {
    "French": ("Clé;Société;Désignation", ("cp1252", "iso8859_15", "mac_roman", "cp850")),
    "Swedish": ("Åsa;Göteborg;Malmö", ("cp1252", "mac_roman", "cp850")),
    "Polish": ("Łódź;Żarówka;Stół dębowy", ("cp1250", "iso8859_2", "cp852")),
    "Czech": ("Dvořák;Plzeň;Žofie", ("cp1250", "iso8859_2", "cp852")),
    "Portuguese": ("Pão;Preço;Concluído", ("cp1252", "mac_roman")),
    "Russian": ("Москва;Казань;Тверь", ("cp1251", "koi8_r", "cp866")),
    "no letter": ("Vis;Prix;Article", ("cp1252", "mac_roman", "cp850")),
}
CASES = [(place, code) for place, (_, codes) in PLACES.items() for code in codes]


@pytest.mark.parametrize("form", ["{}\u00a0{},50", "R$\u00a0{}{},50", "{}\u00a0{}\u00a0€"])
@pytest.mark.parametrize(("place", "encoding"), CASES)
def test_numbers_with_no_break_spaces_tell_the_encoding(place, encoding, form):
    words = PLACES[place][0].split(";")
    form = form if "€".encode(encoding, "ignore") else form.replace("€", "e")
    rows = [f"{words[i % 3]};{form.format(1 + i * 7, 117 + i * 13)}" for i in range(12)]
    text = "\n".join(rows)
    choice = choose_legacy_encoding(text.encode(encoding))
    assert text.encode(encoding).decode(choice.encoding, "replace") == text


def test_amounts_of_excel_are_numbers(read, rows):
    lines = [f"Clé {i};{1 + i}\u00a0{200 + i},10" for i in range(20)]
    snapshot = read("\n".join(["Désignation;Prix", *lines, ""]).encode("cp1252"))
    assert rows()[1] == {"Désignation": "Clé 1", "Prix": 2201.1}
    assert not [note for note in snapshot.notes if "encoding" in note]
