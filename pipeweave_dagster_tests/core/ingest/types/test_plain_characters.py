"""Numbers are read whatever digits, signs and invisible characters they are written with."""

import json
import random

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.ingest import read_aligned
from pipeweave_dagster.core.ingest.types.plain_characters import PLAIN, plain_text

pytestmark = pytest.mark.slow

NUMBERS = [(-1) ** i * i * 12.5 for i in range(1, 41)]


def digits(zero, text):
    return "".join(chr(ord(zero) + int(c)) if c.isdigit() else c for c in text)


FORMS = {
    "minus": lambda t: t.replace("-", "\u2212"),
    "dash": lambda t: t.replace("-", "\u2013"),
    "full width": lambda t: digits("\uff10", t).replace("-", "\uff0d").replace(".", "\uff0e"),
    "Arabic": lambda t: digits("\u0660", t).replace(".", "\u066b"),
    "Persian": lambda t: digits("\u06f0", t),
    "Devanagari": lambda t: digits("\u0966", t),
    "zero width": lambda t: f"\u200b{t}",
    "zero width inside": lambda t: t[:1] + "\u2060" + t[1:],
    "byte order mark": lambda t: f"{t}\ufeff",
    "left to right": lambda t: f"\u200e{t}\u202c",
    "spaced sign": lambda t: t.replace("-", "- "),
    "trailing minus": lambda t: f"{t[1:]}-" if t[0] == "-" else t,
}


@pytest.mark.parametrize("every", [1, 3])
@pytest.mark.parametrize("form", FORMS)
def test_numbers_in_unusual_characters_are_numbers(form, every, read, rows):
    """In a whole column and in every third row, with missing cells between."""
    texts = [FORMS[form](str(n)) if i % every == 0 else str(n) for i, n in enumerate(NUMBERS)]
    texts[4] = ""
    snapshot = read("id;v\n" + "".join(f"{i};{t}\n" for i, t in enumerate(texts)))
    assert snapshot.columns[1].type == "number"
    assert [row["v"] for row in rows()] == [n if i != 4 else None for i, n in enumerate(NUMBERS)]
    minus = form == "trailing minus"
    told = "The minus behind the number (" if minus else "Read as plain numbers despite"
    assert told in snapshot.columns[1].note


def test_one_unusual_number_in_a_large_table_is_read(read, rows):
    texts = [str(i) for i in range(6000)]
    texts[5500] = "\u22125500"
    snapshot = read("v,w\n" + "".join(f"{t},x\n" for t in texts))
    assert rows()[5500]["v"] == -5500
    assert "U+2212 minus sign" in snapshot.columns[0].note
    assert snapshot.rows_quarantined == 0


def test_a_batch_is_read_in_unusual_characters_too(read, rows, tmp_path):
    columns = read("a,b\n" + "".join(f"{i},{i}.5\n" for i in range(40))).columns
    (tmp_path / "batch").write_text("a,b\n\u22127,1.5-\n\uff11\uff12,\u200b2.5\n")
    read_aligned(tmp_path / "batch", "b.csv", columns, tmp_path / "out")
    assert rows() == [{"a": -7, "b": -1.5}, {"a": 12, "b": 2.5}]


def test_dates_in_full_width_are_dates(read):
    texts = [digits("\uff10", f"2021-01-{d:02}") for d in range(1, 29)]
    assert read(json.dumps([{"d": t} for t in texts]), name="a.json").columns[0].type == "date"


def test_texts_keep_their_characters(read, rows):
    texts = ["a\u2013b", "\uff11\uff12号", "1\u20132", "10-"] * 5
    read(json.dumps([{"t": t, "r": f"{i}-"} for i, t in enumerate(texts)]), name="a.json")
    assert [row["t"] for row in rows()] == texts
    assert [row["r"] for row in rows()] == [f"{i}-" for i in range(20)]


@given(st.lists(st.text("0123456789-+$.,\u2212\uff11\u0663\u200b\ufeff a\u202fCDR", max_size=8)))
@settings(deadline=None, max_examples=50)
def test_sql_and_python_agree(texts):
    texts = [t.strip(" \t\r\n\u00a0") for t in texts]
    with duckdb.connect() as db:
        db.execute("CREATE TABLE t AS SELECT unnest(?::VARCHAR[]) AS v", [texts])
        found = [v for (v,) in db.execute(f"SELECT {PLAIN.replace('{v}', 'v')} FROM t").fetchall()]
    assert found == [plain_text(t) or None for t in texts]


def indian(number):
    whole, _, fraction = f"{number:.2f}".partition(".")
    head, tail = whole[:-3], whole[-3:]
    pairs = []
    while head:
        pairs.insert(0, head[-2:])
        head = head[:-2]
    return ",".join([*pairs, tail]) + (f".{fraction}" if fraction != "00" else "")


GROUPED = {
    "Indian": indian,
    "Swiss": lambda n: f"{n:,}".replace(",", "'"),
    "Swiss, curly": lambda n: f"{n:,}".replace(",", "\u2019"),
    "narrow space": lambda n: f"{n:,}".replace(",", "\u202f"),
    "rupees": lambda n: f"\u20b9{indian(n)}",
    "francs": lambda n: f"CHF {n:,}".replace(",", "\u2019"),
}


@pytest.mark.parametrize(("mark", "rows_"), [(";", 6), (",", 40), ("\t", 2000)])
@pytest.mark.parametrize("form", GROUPED)
def test_grouped_numbers_are_numbers(form, mark, rows_, read, rows):
    chance = random.Random(0)
    numbers = [round(chance.uniform(1e5, 9e7), 2) for _ in range(rows_)]
    texts = [GROUPED[form](n) for n in numbers]
    snapshot = read(f"id{mark}v\n" + "".join(f'{i}{mark}"{t}"\n' for i, t in enumerate(texts)))
    assert snapshot.columns[1].type == "number"
    assert [row["v"] for row in rows()] == numbers


LEDGERS = {
    "both": lambda n: f"{abs(n):,.2f} {'CR' if n > 0 else 'DR'}",
    "glued": lambda n: f"{abs(n):.2f}{'CR' if n > 0 else 'DR'}",
    "overdrawn": lambda n: f"{n:,.2f}" if n > 0 else f"{-n:,.2f} DR",
    "dollars": lambda n: f"${abs(n):,.2f} {'CR' if n > 0 else 'DR'}",
    "points": lambda n: f"{abs(n):.2f} {'Cr' if n > 0 else 'Dr'}.".upper(),
}
AMOUNTS = [round(random.Random(i).uniform(-9000, 9000), 2) for i in range(120)]


@pytest.mark.pairwise
@pytest.mark.parametrize("form", LEDGERS)
@pytest.mark.parametrize("few", [False, True])
@pytest.mark.parametrize("gaps", [0, 9])
def test_debits_are_negative_and_credits_positive(form, few, gaps, read, rows):
    amounts = [a for a in AMOUNTS if a > 0][:60] + AMOUNTS if few else AMOUNTS
    texts = ["" if gaps and i % gaps == 3 else LEDGERS[form](a) for i, a in enumerate(amounts)]
    snapshot = read("day;amount\n" + "".join(f"{i};{t}\n" for i, t in enumerate(texts)))
    column = snapshot.columns[1]
    assert column.type == "number"
    assert "DR for debits (negative)" in column.note
    wanted = [None if gaps and i % gaps == 3 else a for i, a in enumerate(amounts)]
    assert [row["amount"] for row in rows()] == wanted


def test_a_column_of_credits_is_read_and_its_batches_may_have_debits(read, rows):
    read("day;balance\n" + "".join(f"{i};{i * 7.5:.2f} CR\n" for i in range(1, 60)))
    assert rows()[3]["balance"] == 30.0


@pytest.mark.parametrize("credited", [1, 9, 40])
def test_credits_beside_bare_numbers_may_be_refunds_and_stay_text(credited, read):
    texts = [f"{i * 7.5:.2f}{' CR' * (i % 60 < credited)}" for i in range(1, 61)]
    snapshot = read("day;charge\n" + "".join(f"{i};{t}\n" for i, t in enumerate(texts)))
    assert snapshot.columns[1].type == "text"


def test_crores_are_no_credits(read):
    texts = [f"{i} Cr" if i % 3 else f"{i}" for i in range(1, 61)]
    snapshot = read("id;price\n" + "".join(f"{i};{t}\n" for i, t in enumerate(texts)))
    assert snapshot.columns[1].type == "text"


@pytest.mark.parametrize("few", [1, 6])
def test_marks_with_signs_at_the_end_are_no_negative_numbers(few, read):
    """`2-` is a mark beside `2+`, in large columns and small ones, often or seldom."""
    marks = ["1", "2", "3", "4"] * 20 + ["2-", "3-", "1+"] * few
    snapshot = read("pupil;mark\n" + "".join(f"p{i};{mark}\n" for i, mark in enumerate(marks)))
    assert snapshot.columns[1].type == "text" or snapshot.rows_quarantined == 3 * few
    negative = read("day;sum\n" + "".join(f"d{i};{i}{'-' * (i % 2)}\n" for i in range(40)))
    assert negative.columns[1].type in {"integer", "number"}


@pytest.mark.parametrize(
    ("form", "type_"),
    [("{}.219,000-", "number"), ("{},50-", "number"), ("{}.50-", "number"), ("{}-", "text"),
     ("{}.1-", "text"), ("{}-{}-", "text")],
)  # fmt: skip
def test_a_minus_behind_every_number_is_one_behind_amounts(form, type_, read, rows):
    texts = [form.format(i, i) for i in range(3, 40)]
    found = read("id;v\n" + "".join(f"r{i};{t}\n" for i, t in enumerate(texts))).columns[1]
    assert found.type == type_
    assert type_ == "text" or all(row["v"] < 0 for row in rows())
