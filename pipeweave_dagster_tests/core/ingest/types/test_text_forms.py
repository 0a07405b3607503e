"""One word is one value, however its letters are composed; nothing else of a text changes."""

import json
import unicodedata

import pytest

from pipeweave_dagster.core.ingest import build_table, fast_path, read_aligned, sampled_types
from pipeweave_dagster.core.ingest.types.text_forms import is_unusual

pytestmark = pytest.mark.slow  # the file with all its variants

WORDS = ["Café", "Tee", "Zürich", "Ελλάδα"]


def table(rows_, form="NFD", every=3, mark=","):
    words = [WORDS[i % 4] for i in range(rows_)]
    written = [unicodedata.normalize(form, w) if i % every == 0 else w for i, w in enumerate(words)]
    return words, f"n{mark}cls\n" + "".join(f"{i}{mark}{w}\n" for i, w in enumerate(written))


@pytest.mark.parametrize(("rows_", "mark"), [(5, ";"), (300, ","), (6000, "\t")])
def test_composed_and_decomposed_letters_are_one_class(rows_, mark, read, rows):
    words, text = table(rows_, mark=mark)
    snapshot = read(text)
    assert [row["cls"] for row in rows()] == words
    assert "(Unicode NFC)" in snapshot.columns[1].note


def test_a_batch_has_the_same_class(read, rows, tmp_path):
    columns = read(table(40, every=100)[1]).columns
    (tmp_path / "batch").write_text(table(8, every=1)[1])
    read_aligned(tmp_path / "batch", "b.csv", columns, tmp_path / "out")
    assert [row["cls"] for row in rows()] == [WORDS[i % 4] for i in range(8)]


def test_invisible_characters_at_the_ends_make_no_other_class(read, rows):
    texts = ["Tee", "\u200bTee", "Tee\u200b", "Tee\ufeff", " \u2060Tee", "e\u0301t\u00e9"]
    read(json.dumps([{"t": t} for t in texts]), name="a.json")
    assert [row["t"] for row in rows()] == ["Tee"] * 5 + ["été"]


def test_other_texts_are_kept_as_written(read, rows):
    texts = ["naïve", "日本", "a\u200db", "=SUM(A1)", '="', '=""', "👩\u200d👧", 'x="1"', '="a"b"']
    snapshot = read(json.dumps([{"t": t} for t in texts]), name="a.json")
    assert [row["t"] for row in rows()] == texts
    assert snapshot.columns[0].note is None


@pytest.mark.parametrize(("rows_", "mark"), [(5, ";"), (40, ","), (5000, ",")])
@pytest.mark.parametrize("every", [1, 4])
def test_guarded_texts_are_the_texts(every, rows_, mark, read, rows):
    codes = [f"{i:05}" for i in range(rows_)]
    cells = [f'"=""{c}"""' if i % every == 0 else c for i, c in enumerate(codes)]
    snapshot = read(f"sku{mark}q\n" + "".join(f"{c}{mark}{i}\n" for i, c in enumerate(cells)))
    assert [row["sku"] for row in rows()] == codes
    assert "Guards of spreadsheets" in snapshot.columns[0].note


def test_a_guarded_text_in_a_batch_is_the_text(read, rows, tmp_path):
    columns = read("sku,q\n" + "".join(f"{i:05},{i}\n" for i in range(40))).columns
    (tmp_path / "batch").write_text('sku,q\n"=""00007""",1\n00008,2\n')
    read_aligned(tmp_path / "batch", "b.csv", columns, tmp_path / "out")
    assert [row["sku"] for row in rows()] == ["00007", "00008"]


@pytest.mark.slow
@pytest.mark.parametrize("late", [1, 2900])
def test_the_fast_path_reads_the_same_texts(late, read, rows, monkeypatch):
    monkeypatch.setattr(fast_path, "_MIN_BYTES", 1000)
    monkeypatch.setattr(sampled_types, "_SAMPLE_BYTES", 2000)
    lines = table(3000, every=10**6)[1].splitlines()
    lines[late] = f"{late},Cafe\u0301"
    snapshot, found = read("\n".join(lines) + "\n"), rows()
    assert found[late - 1]["cls"] == "Café"
    monkeypatch.setattr(build_table, "read_fast", lambda *_: None)
    assert (read("\n".join(lines) + "\n").columns, rows()) == (snapshot.columns, found)


def test_every_text_that_another_form_may_have_is_found():
    """All characters that change alone or compose with another one."""
    import duckdb

    alone, composing = set(), set()
    for character in map(chr, range(0x80, 0x30000)):
        if unicodedata.normalize("NFC", character) != character:
            alone.add(character)
        parts = unicodedata.decomposition(character).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            composing.add(chr(int(parts[1], 16)))
    texts = sorted({c for c in alone | composing if not "\ud800" <= c <= "\udfff"})
    with duckdb.connect() as db:
        db.execute("CREATE TABLE t AS SELECT unnest(?::VARCHAR[]) AS v", [texts])
        missed = db.execute(f"SELECT v FROM t WHERE NOT {is_unusual('v')}").fetchall()
    assert len(texts) > 1000
    assert [f"U+{ord(c):04X}" for (c,) in missed] == []
