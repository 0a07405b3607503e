"""A key is a key whatever rows were written twice."""

import pytest

from pipeweave_dagster.core.schema.profile_columns import profile_columns

KEYS = {
    "codes": lambda i: f"P{i * 7919 % 100_000:05}",
    "words": lambda i: "".join("abcdefghij"[int(c)] for c in str(i * 7919 + 10**6)),
    "numbers": lambda i: str(10**6 + i * 7919),
    "row numbers": str,
}


def lines(key, rows):
    return [f"{key(i)},{i % 11},{'uvw'[i % 3]},{i % 40 + 0.5},{'ab'[i % 2]}" for i in range(rows)]


def table(body, name="record_id"):
    return f"{name},n,c,x,y\n" + "\n".join(body) + "\n"


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize(("rows", "twice"), [(500, 5), (500, 60), (120, 12), (400, 400)])
def test_rows_written_twice_leave_a_key_an_identifier(version, kind, rows, twice):
    body = lines(KEYS[kind], rows)
    column = version(table([*body, *body[:twice]])).schema.column("record_id")
    assert (column.type, column.role, column.distinct) == ("identifier", "identifier", rows)


def test_the_reason_says_that_duplicate_rows_are_left_aside(version):
    body = lines(KEYS["words"], 400)
    reason = version(table([*body, *body[:30]], "word")).schema.column("word").reason
    assert "unique, 30 exact duplicate rows aside" in reason


def profiles(version, text):
    made = version(text)
    return [p.repeats for p in profile_columns(made.snapshot, made.data)]


def test_missing_values_of_duplicate_rows_are_not_counted(version):
    body = lines(KEYS["codes"], 50)
    body[3] = f"{KEYS['codes'](3)},,,3.5,a"
    assert profiles(version, table([*body, *body[:6]])) == [6, 5, 5, 6, 6]


NOT_REPEATED = {
    "a key that repeats with other values": [
        *lines(KEYS["codes"], 50),
        *(line.replace(",a", ",b") for line in lines(KEYS["codes"], 50)[:9]),
    ],
    "no row twice": lines(KEYS["codes"], 50),
    "few distinct values": [f"k{i % 9},{i % 11},u,1.5,a" for i in range(90)],
}


@pytest.mark.parametrize("body", NOT_REPEATED.values(), ids=NOT_REPEATED)
def test_other_tables_have_no_repeats(version, body):
    assert set(profiles(version, table(body))) == {0}


def test_equal_words_of_a_narrow_table_are_no_copies_of_a_record(version):
    words = [KEYS["words"](i) for i in range(60)]
    text = "name,y\n" + "".join(f"{w},{'ab'[i % 2]}\n" for i, w in enumerate([*words, *words[:6]]))
    assert set(profiles(version, text)) == {0}
