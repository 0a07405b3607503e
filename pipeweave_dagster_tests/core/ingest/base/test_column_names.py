"""Names are non-empty and unique, and every change is reported once."""

from pipeweave_dagster.core.ingest.base.column_names import unique_names


def test_blank_and_repeated_names():
    names, notes = unique_names([" a ", "A", "", "b\nc"])
    assert names == ["a", "A_2", "column_3", "b c"]
    assert len(notes) == 2


def test_a_generated_name_never_replaces_a_real_one():
    names, _ = unique_names(["", "column_1", "x", "x", "x_2"])
    assert len({n.casefold() for n in names}) == 5
    assert names[1] == "column_1"
    assert names[4] == "x_2"


def test_without_a_header_there_is_no_note_per_column():
    assert unique_names(["", ""]) == (["column_1", "column_2"], [])
