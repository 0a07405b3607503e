# ruff: noqa: RUF001 - texts in the letters of their countries
"""Amounts of money and measures are numbers, however a country writes them."""

import pytest

CURRENCIES = ["\\", "￥", "¥", "₩", "Fr. ", "SFr. ", "S/ ", "HK$", "Rp ", "JPY ", "₽", "R$ "]
SUFFIXES = ["円", " Kč", " Ft", " TL", " руб.", " lei", " SEK", " zł", " kr.", " ‰", " µg/m³"]
AMOUNTS = [1200.5, 7.25, 34567.0, 250.0, 1.5, 88123.75]


def written(amount, decimal):
    text = f"{amount:,.2f}"
    return text.translate(str.maketrans(",.", ".,")) if decimal else text


def column(read, rows, values):
    snapshot = read("id\tx\n" + "".join(f"{i}\t{v}\n" for i, v in enumerate(values)))
    return snapshot.columns[1], [row["x"] for row in rows()]


@pytest.mark.parametrize("decimal", [False, True])
def test_a_currency_or_unit_may_stand_before_or_behind(decimal, read, rows):
    forms = [*(f"{prefix}{{}}" for prefix in CURRENCIES), *(f"{{}}{suffix}" for suffix in SUFFIXES)]
    lines = ["\t".join(form.format(written(a, decimal)) for form in forms) for a in AMOUNTS]
    snapshot = read("\n".join(["\t".join(f"x{i}" for i in range(len(forms))), *lines]) + "\n")
    assert [c.name for c in snapshot.columns if c.type != "number"] == []
    assert [[*row.values()] for row in rows()] == [[a] * len(forms) for a in AMOUNTS]


def test_the_yen_of_japanese_spreadsheets_is_a_backslash(read, rows):
    lines = [f"商品{i}\t\\{n:,}\n" for i, n in enumerate([1200, 34000, 500, 1234567])]
    snapshot = read(("品名\t金額\n" + "".join(lines)).encode("cp932"))
    assert snapshot.columns[1].type == "number"
    assert [row["金額"] for row in rows()] == [1200, 34000, 500, 1234567]


@pytest.mark.parametrize(
    ("dash", "mark", "unit"), [("-", ",", ""), ("\u2013", ".", " CHF"), ("--", ",", " €")]
)
def test_dashes_instead_of_cents_are_no_minus(dash, mark, unit, read, rows):
    values = [f"{i}{mark}{dash}{unit}" if i % 2 else f"{i}{mark}50{unit}" for i in range(1, 20)]
    found, read_ = column(read, rows, values)
    assert (found.type, read_) == ("number", [i if i % 2 else i + 0.5 for i in range(1, 20)])
    assert "cents" in found.note


def test_a_minus_behind_a_number_is_still_one(read, rows):
    assert column(read, rows, ["1,50-", "2,50", "7-", "3,00"])[1] == [-1.5, 2.5, -7, 3]


def test_words_multiply(read, rows):
    words = {"Mio.": 1e6, "Mrd.": 1e9, "Tsd.": 1e3, "lakh": 1e5, "crore": 1e7, "mn": 1e6}
    lines = ["\t".join(f"{i} {word}" for word in words) for i in range(1, 12)]
    read("\n".join(["\t".join("abcdef"), *lines]) + "\n")
    assert [[*row.values()] for row in rows()] == [
        [i * factor for factor in words.values()] for i in range(1, 12)
    ]


def test_two_points_are_of_thousands(read, rows):
    found, values = column(read, rows, ["1.234.567 €", "2.345 €", "345 €", "12.345.678 €"])
    assert (found.type, values) == ("number", [1234567, 2345, 345, 12345678])
