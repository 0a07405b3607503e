"""Names are non-empty and unique, and every change is reported once."""

import pytest

from pipeweave_dagster.core.ingest import read_aligned
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


def test_names_have_no_invisible_characters_and_composed_letters():
    names, notes = unique_names(["\u200bprice", "Gro\u0308\u00dfe\ufeff", "\u200b", "a\u200db"])
    assert names == ["price", "Gr\u00f6\u00dfe", "column_3", "a\u200db"]
    assert sum("invisible characters" in note for note in notes) == 2


@pytest.mark.parametrize("rows_", [5, 300])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_column_is_found_by_its_visible_name(mark, rows_, read, rows, tmp_path):
    text = f"id{mark}\u200bv\u200b\n" + "".join(f"{i}{mark}\u200b{i}.5\n" for i in range(rows_))
    columns = read(text).columns
    assert [(c.name, c.type) for c in columns] == [("id", "integer"), ("v", "number")]
    (tmp_path / "batch").write_text("v,id\n7.5,1\n")
    read_aligned(tmp_path / "batch", "b.csv", columns, tmp_path / "out")
    assert rows() == [{"id": 1, "v": 7.5}]
