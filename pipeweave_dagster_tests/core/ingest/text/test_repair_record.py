"""Malformed lines of any length are split or quarantined: no recursion, linear work."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.ingest.text import repair_record
from pipeweave_dagster.core.ingest.text.records import TextDialect, parse_records
from pipeweave_dagster.core.ingest.text.repair_record import ClosingQuotes, split_leniently

pytestmark = pytest.mark.slow  # the file with all its variants

COMMA, TAB = TextDialect(","), TextDialect("\t")


@pytest.mark.parametrize("count", [5, 5000])
def test_a_stray_quote_before_a_thousand_commas_is_no_crash(read, rows, count):
    lines = [f"{i},short,{i}" for i in range(count)]
    lines[count // 2] = f'{count // 2},"bad "quote"{" a," * 1200} a",7'
    snapshot = read("id,txt,v\n" + "\n".join(lines) + "\n")
    assert snapshot.rows_read == count
    assert snapshot.rows + snapshot.rows_quarantined == count
    assert {r["id"] for r in rows()} >= set(range(count)) - {count // 2}


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
def test_long_texts_with_quotes_inside_keep_the_lines_beside_them(read, rows, delimiter):
    text = f'"he said ""x""{" word" * 1500} and "so" on"'
    lines = [delimiter.join(["a", text if i == 3 else f"short {i}", "c"]) for i in range(30)]
    snapshot = read(delimiter.join(["q1", "q2", "q3"]) + "\n" + "\n".join(lines) + "\n")
    assert snapshot.rows + snapshot.rows_quarantined == 30
    assert len(rows()) >= 29


@pytest.mark.parametrize("width", [None, 3, 4000])
@pytest.mark.parametrize("unit", ['"a,', '"",', '",', '"a""b,"', '""', '"a",', '" ', 'a"b,'])
def test_the_work_for_a_line_is_linear_in_its_length(monkeypatch, unit, width):
    """Counts the characters that the search looks at, rather than the time it takes."""
    looked_at = []

    class Counting(ClosingQuotes):
        def after(self, position):
            found = super().after(position)
            looked_at.extend([1, *(close - position for close in found)])
            return found

    monkeypatch.setattr(repair_record, "ClosingQuotes", Counting)
    for count in (2_000, 8_000):
        looked_at.clear()
        raw = unit * count
        fields, _ = split_leniently(raw, COMMA, width)
        assert fields
        assert sum(looked_at) <= 60_000 + 25 * len(raw)


def test_readings_of_many_malformed_lines_stay_affordable(monkeypatch):
    counts = []

    def counting(raw, dialect):
        for reading in readings(raw, dialect):
            counts.append(1)
            yield reading

    readings = repair_record._readings
    monkeypatch.setattr(repair_record, "_readings", counting)
    monkeypatch.setattr(repair_record, "_FULL_EFFORT", 20)
    line = ",".join(['"x"y"'] * 9)
    parse_records("\n".join([line] * 2000), COMMA, 4)
    assert len(counts) < 256 * 20 * 6 + 8 * 2000


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(['"', '""', ",", "\t", "a", " ", "b c", "\n"]), max_size=60),
    st.sampled_from([1, 7, 200]),
    st.sampled_from([COMMA, TAB, TextDialect(", "), TextDialect(",", "'"), TextDialect(";")]),
    st.sampled_from([None, 1, 3, 8]),
)
def test_any_mixture_of_quotes_and_delimiters_gives_records(pieces, repeat, dialect, width):
    text = "".join(pieces) * repeat
    records = parse_records(text, dialect, width)
    letters = sorted(c for r in records for field in r.fields for c in field if c in "abc")
    assert letters == sorted(c for c in text if c in "abc")
    lines = [r.line for r in records]
    assert lines == sorted(set(lines))
