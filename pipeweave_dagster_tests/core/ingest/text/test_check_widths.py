"""Rows of another width leave a note, and a table without rows says why it has none."""

import pytest

from pipeweave_dagster.core.documents import ReadSetting
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest.text.check_widths import check_widths
from pipeweave_dagster.core.ingest.text.records import Record


@pytest.mark.parametrize("count", [1, 3, 14])
def test_fields_beyond_the_columns_of_a_batch_are_noted(count):
    body = [Record(n, ["1", "2", "x"] if n <= count else ["1", "2"]) for n in range(1, 30)]
    kept, rejected, notes = check_widths(body, 2, keep_all=True)
    assert (len(kept), rejected) == (29, [])
    assert notes[0].startswith(f"{count} row")
    assert "more than 2 fields" in notes[0]


@pytest.mark.parametrize("fields", [["1", "2"], ["1", "2", ""], ["1", "2", " ", ";"]])
def test_blank_fields_beyond_the_columns_are_none(fields):
    assert check_widths([Record(1, fields)] * 9, 2, keep_all=True)[2] == []


@pytest.mark.parametrize("short", [1, 20])
def test_short_rows_of_a_batch_are_noted(short):
    body = [Record(n, ["1"] if n <= short else ["1", "2"]) for n in range(1, 30)]
    assert any("too few fields" in n for n in check_widths(body, 2, keep_all=True)[2])


WITHOUT_ROWS = {
    "two lines skipped": (
        "a,b\n1,2\n3,4\n",
        ReadSetting(skip=2, header=1),
        "2 lines that were",
    ),
    "all lines skipped": ("a,b\n1,2\n3,4\n", ReadSetting(skip=99), "that were skipped"),
    "blank rows": ("a,b\n,\n,\n", ReadSetting(skip=0, header=1), "blank or cannot be read"),
    "a header alone": ("a,b\n", ReadSetting(skip=0, header=1), "a header but no rows"),
}


@pytest.mark.parametrize(("text", "setting", "reason"), WITHOUT_ROWS.values(), ids=WITHOUT_ROWS)
def test_a_table_without_rows_says_why(read, text, setting, reason):
    with pytest.raises(PipeWeaveError, match=reason):
        read(text, read=setting)
