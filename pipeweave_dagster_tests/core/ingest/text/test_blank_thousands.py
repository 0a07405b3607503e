"""Numbers between blanks are columns, or one number with blanks for thousands."""

import random

import pytest

from pipeweave_dagster.core.ingest.text.detect_dialect import choose_dialect
from pipeweave_dagster.core.ingest.text.other_dialect import doubt_of_delimiter

random_ = random.Random(7)


def three_digits() -> int:
    return random_.randrange(100, 1000)


def lines(row, count=30, header=""):
    return (f"{header}\n" if header else "") + "".join(f"{row(i)}\n" for i in range(1, count + 1))


def with_thousands(value: float) -> str:
    return f"{value:,}".replace(",", " ").replace(".", ",")


COLUMNS = {
    "three rows": "x y\n101 202\n303 404\n505 606\n",
    "people": lines(lambda i: f"{i} {150 + i} {100 + i % 30}", header="id height weight"),
    "one row": "id height weight\n1 158 118\n",
    "colours": lines(lambda i: f"{100 + i} {255 - i} {120 + i * 2}", header="red green blue"),
    "colours without a header": lines(lambda i: f"{100 + i} {255 - i} {120 + i * 2}"),
    "six": lines(lambda i: " ".join(str(three_digits()) for _ in range(6)), header="id x y z u v"),
    "decimals": lines(lambda i: f"{100 + i} {three_digits()}.46", header="id price"),
    "from 0": lines(lambda i: f"{i - 1} {120 + i}"),
    "a code": lines(lambda i: f"{i} {'007' if i == 9 else 107 + i} 300", 60, "id agent room"),
    "colour between": lines(lambda i: f"{i} {'red' if i % 2 else 'blue'} 4{i % 9}", 28, "n c size"),
    "colour first": lines(lambda i: f"{'red' if i % 2 else 'blue'} {i} 4{i % 9}", 28, "c n size"),
}  # fmt: skip


@pytest.mark.parametrize("text", COLUMNS.values(), ids=COLUMNS)
def test_numbers_of_three_digits_are_columns(text):
    assert choose_dialect(text)[0].delimiter == " "


ONE_COLUMN = {
    "a name": lines(lambda i: with_thousands(1234 * i * i), header="people"),
    "a name of two words": lines(lambda i: with_thousands(1011 * i * i), header="Total people"),
    "no name": lines(lambda i: with_thousands(7001 * i), 40),
    "millions": lines(lambda i: with_thousands(1_007_003 * i), 40, "People in 2024"),
    "small ones among them": lines(lambda i: with_thousands(91 * i), 40, "Total people"),
    "decimals": lines(lambda i: with_thousands(1011.5 * i * 2 + 0.25), header="Prix total"),
    "dates": lines(lambda i: f"{i} Jan 2020", 28, "Date of birth"),
    "dates in Polish": lines(lambda i: f"{i} maj 2020", 28, "Data ur osoby"),
    "short years": lines(lambda i: f"{i} Mai 20", 28, "Tag der Geburt"),
}


@pytest.mark.parametrize("text", ONE_COLUMN.values(), ids=ONE_COLUMN)
def test_numbers_with_thousands_and_dates_are_one_column(text):
    assert choose_dialect(text)[0].delimiter is None


@pytest.mark.parametrize(
    ("text", "other"),
    [("101 202\n303 404\n505 606\n", "one column"), ("1 200\n13 500\n2 345\n", "blanks")],
)
def test_few_numbers_without_a_header_are_a_doubt(text, other):
    doubt = doubt_of_delimiter(*choose_dialect(text))
    assert doubt is not None
    assert f"but {'as' if other == 'one column' else 'with'} {other} is about as likely" in doubt


def test_columns_come_back(read, rows):
    read(COLUMNS["people"], name="t.txt")
    assert rows()[1] == {"id": 2, "height": 152, "weight": 102}
