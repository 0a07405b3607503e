"""Part codes that look like numbers with an exponent stay texts."""

import pytest


def table(values, mark=","):
    return f"part{mark}q\n" + "".join(f"{v}{mark}{i}\n" for i, v in enumerate(values))


CODES = {
    "two digits": [f"{10 + i}E{i % 9 + 1}" for i in range(60)],
    "one digit": [f"{i % 9 + 1}E{i % 7}" for i in range(60)],
    "lower case": [f"{10 + i}e{i % 9 + 1}" for i in range(60)],
    "most": [f"{10 + i}E{i % 9 + 1}" if i % 3 else f"{1000 + i}" for i in range(60)],
    "equal length": [f"{10 + i}E{i % 9 + 1}" if i % 9 == 0 else f"{1000 + i}" for i in range(60)],
}
NUMBERS = {
    "signs": [f"{i}E+{i % 9 + 10}" for i in range(1, 10)],
    "points": [f"{i}.5E{i % 9 + 1}" for i in range(1, 40)],
    "small letter": [f"{i % 9 + 1}e{i % 7}" for i in range(60)],
    "beside fractions": ["1E3", "2.5", "3E4", "7.25"] * 9,
    "negative": ["-1E3", "2E3", "3E4"] * 9,
}


@pytest.mark.parametrize(("mark", "rows_"), [(";", 5), (",", 60)])
@pytest.mark.parametrize("kind", CODES)
def test_codes_stay_texts(kind, mark, rows_, read, rows):
    values = CODES[kind][:rows_]
    values[3] = ""
    read(table(values, mark))
    assert [row["part"] for row in rows()] == [v or None for v in values]


@pytest.mark.parametrize("kind", NUMBERS)
def test_numbers_stay_numbers(kind, read, rows):
    read(table(NUMBERS[kind]))
    assert [row["part"] for row in rows()] == [float(v) for v in NUMBERS[kind]]


def test_late_codes_make_a_column_of_equal_length_texts(read, rows):
    values = [str(1000 + i % 9000) for i in range(20_000)]
    values[15_001] = "12E5"
    read(table(values))
    assert [row["part"] for row in rows()] == values
