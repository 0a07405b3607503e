"""Names are present and unique, and every change is told once."""

from pipeweave_dagster.core.ingest.base.column_names import unique_names


def test_blank_and_repeated_names():
    names, notes = unique_names([" a ", "A", "", "b\nc"])
    assert names == ["a", "A_2", "column_3", "b c"]
    assert len(notes) == 2


def test_an_invented_name_never_takes_a_real_one():
    names, _ = unique_names(["", "column_1", "x", "x", "x_2"])
    assert len({n.casefold() for n in names}) == 5
    assert names[1] == "column_1"
    assert names[4] == "x_2"


def test_no_header_needs_no_note_a_column():
    assert unique_names(["", ""]) == (["column_1", "column_2"], [])
