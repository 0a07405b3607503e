"""Preamble, header rows and body are distinguished."""

from pipeweave_dagster.core.ingest.text import layout
from pipeweave_dagster.core.ingest.text.records import Record
from pipeweave_dagster.core.ingest.text.repair_record import OTHER_DELIMITER


def test_no_header_gets_names(read):
    snapshot = read("\n".join(f"{i},{i * 2.5},x{i % 3}" for i in range(30)) + "\n")
    assert snapshot.rows == 30
    assert [c.name for c in snapshot.columns] == ["column_1", "column_2", "column_3"]
    assert snapshot.dialect.header_rows == 0
    assert any("no header" in n for n in snapshot.notes)


def test_duplicate_and_blank_names(read):
    snapshot = read("a,a,,a_2\n" + "1,2,x,3\n" * 5)
    assert [c.name for c in snapshot.columns] == ["a", "a_3", "column_3", "a_2"]
    assert [c.original_name for c in snapshot.columns] == ["a", "a", "", "a_2"]


def test_preamble_and_several_header_rows(read):
    body = "\n".join(f"R{i},{i},{i * 10}" for i in range(20))
    snapshot = read(f"Report 2020,,\n,,\nregion,sales,sales\n,units,money\n{body}\n")
    assert [c.name for c in snapshot.columns] == ["region", "sales units", "sales money"]
    assert snapshot.rows == 20
    assert snapshot.dialect.skipped_rows == 2
    assert snapshot.dialect.header_rows == 2


def test_years_as_header(read):
    snapshot = read("land,2001,2002,2003\n" + "".join(f"L{i},{i},{i},{i}\n" for i in range(9)))
    assert [c.name for c in snapshot.columns][1:] == ["2001", "2002", "2003"]


def test_one_word_over_numbers_makes_a_header_of_numbers(read):
    body = "".join(f"{i}.5,{i * 7 % 50}.25,{i}.125\n" for i in range(40))
    named = read("0.0,1.0,target\n" + body)
    assert ([c.name for c in named.columns], named.rows) == (["0.0", "1.0", "target"], 40)
    unnamed = read("0.0,1.0,unknown\n" + body)
    assert ([c.name for c in unnamed.columns][2], unnamed.rows) == ("column_3", 41)


def test_a_first_row_of_usual_values_is_no_second_header(read):
    """`F` alone reads as false: a column of `M` and `F` is half typed, and `M` is no name."""
    rows = [("M", "rents"), *[(sex, own) for sex in "FMF" for own in ("yes", "no", "rents")] * 5]
    body = "".join(f"{sex},flat {i % 3},{own}\n" for i, (sex, own) in enumerate(rows))
    snapshot = read("SEX,HOME,OWNER\n" + body)
    assert [c.name for c in snapshot.columns] == ["SEX", "HOME", "OWNER"]
    assert snapshot.rows == len(rows)


def test_the_same_lines_are_weighed_once(monkeypatch):
    weighed, weigh = [], layout.layout_bits
    monkeypatch.setattr(layout, "layout_bits", lambda *a: weighed.append(a) or weigh(*a))
    layout._ranked.cache_clear()
    cells = [["made for this test", ""], ["name", "size"], *([f"n{i}", f"{i}"] for i in range(9))]
    found = [
        layout.detect_layout([Record(line + i, row) for i, row in enumerate(cells)])
        for line in (1, 7)
    ]
    assert found[0] == found[1]
    assert (found[0].preamble, found[0].names) == (1, ["name", "size"])
    assert len(weighed) == 1
    layout.detect_layout([Record(1, cells[0], OTHER_DELIMITER), *(Record(2, c) for c in cells[1:])])
    assert len(weighed) == 2
