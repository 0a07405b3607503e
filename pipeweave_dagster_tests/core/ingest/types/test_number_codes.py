"""Part codes, phone numbers and versions that look like numbers stay texts."""

import pytest

pytestmark = pytest.mark.slow


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


PHONES = [f"+4930{1234567 + 89 * i}" for i in range(12)]
VERSIONS = [f"{major}.{minor}" for major in (1, 2) for minor in range(13)]
AMOUNTS = ["1.1", "1.10", "1.05", "2.50", "2.5", "3.00"] * 4
MIXED = ["1.5", "1.50", "2", "0.75", "12.08"]


def column(read, name, values, **settings):
    snapshot = read("".join(f"{v},{i}\n" for i, v in enumerate([name, *values])), **settings)
    return snapshot.columns[0]


@pytest.mark.parametrize(
    "values",
    [
        PHONES,
        [*PHONES, "301234567"],
        [*PHONES, "N/A"],
        [f"+1555{i:07}" for i in range(9)],
        [f"+48 {600 + 7 * i} {136 + i} {689 - i}" for i in range(9)],
        [f"+33-6-{10 + i}-{20 + i}-{30 + i}-{40 + i}" for i in range(9)],
    ],
    ids=["phones", "one without +", "one missing", "another country", "in threes", "in twos"],
)
def test_a_phone_number_keeps_its_plus(read, rows, values):
    found = column(read, "phone", values)
    assert found.type == "text"
    assert "Phone numbers" in found.note
    assert next(iter(rows()[0].values())) == values[0]


@pytest.mark.parametrize(
    "values",
    [
        ["+5", "-3", "+12"],
        ["+1234567890", "-1234567890"],
        ["+7", "8", "9"],
        ["+1.5", "+2.5"],
        ["+1 234 567 890", "-1 234 567 890"],
        ["+1 234 567 890", "234 567", "34 567"],
    ],
)
def test_signed_numbers_are_numbers(read, values):
    assert column(read, "change", values * 3).type in {"integer", "number"}


@pytest.mark.parametrize("name", ["version", "app_version", "appVersion", "Release", "ver.", "rev"])
@pytest.mark.parametrize("more", [[], ["3"], ["n/a"]])
def test_versions_are_text(read, name, more):
    found = column(read, name, [*VERSIONS, *more])
    assert found.type == "text"
    assert "1.1 and 1.10 are two values" in found.note


def test_what_may_be_versions_is_in_doubt(read):
    found = column(read, "x", VERSIONS)
    assert found.type == "number"
    assert "1.1 and 1.10 became equal" in found.doubt


@pytest.mark.parametrize("name", ["price", "version", "conversion", "overall"])
@pytest.mark.parametrize("values", [AMOUNTS, MIXED, ["1", "10", "100"], ["1.0", "1.00", "2.0"]])
def test_amounts_with_uneven_digits_are_numbers_without_doubt(read, name, values):
    found = column(read, name, values)
    assert found.type in {"integer", "number"}
    assert found.doubt is None


def test_a_type_that_is_set_decides(read):
    assert column(read, "version", VERSIONS, columns={"version": "number"}).type == "number"
