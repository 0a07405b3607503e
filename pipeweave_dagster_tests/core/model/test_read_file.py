"""Files of rows for a model without PipeWeave: delimiters, encodings, names as they are."""

import sys

import openpyxl
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import ReadSetting, SnapshotColumn, TrainedModel
from pipeweave_dagster.core.ingest.text.closing_lines import without_closing_lines
from pipeweave_dagster.core.ingest.text.records import Record
from pipeweave_dagster.core.ingest.types.batch_forms import reading_of
from pipeweave_dagster.core.model.column_names import ColumnsError
from pipeweave_dagster.core.model.read_file import file_rows
from pipeweave_dagster.core.model.read_frame import read_frame


def reading(*originals, read=None):
    columns = [
        SnapshotColumn(name=f"c{i}", original_name=name, type="text", missing=0)
        for i, name in enumerate(originals)
    ]
    table = [*(c.name for c in columns), "y"]
    return reading_of(
        TrainedModel.model_construct(columns=columns, table=table, target="y", read=read)
    )


def rows_of(content, tmp_path, *originals, name="rows.csv"):
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    known = reading(*originals)
    return read_frame(known, file_rows(str(file), known)).rows.to_numpy().tolist()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_finds_the_columns(tmp_path, delimiter):
    text = "a,b;x\n1,5;2\n".translate(str.maketrans(",;", f"{delimiter}~"))
    assert rows_of(text, tmp_path, "a") == [["1"]]


@pytest.mark.parametrize("declared", ["sep=;", '"sep=;"', "sep=~", "sep=,"])
def test_a_first_line_may_declare_the_delimiter(tmp_path, declared):
    """Excel writes it; it was taken for the names of columns."""
    delimiter = "~" if "~" in declared else ";"
    text = f"{declared}\r\na,b\r\n1,5\r\n".replace(",", delimiter) if "," not in declared else (
        "sep=,\r\na;b\r\n1;5\r\n"  # it lies
    )  # fmt: skip
    (tmp_path / "rows.csv").write_bytes(text.encode())
    known = reading("a", "b")
    found = file_rows(str(tmp_path / "rows.csv"), known)
    assert read_frame(known, found).rows.to_numpy().tolist() == [["1", "5"]]
    (note,) = found.attrs["notes"]
    assert note.startswith("The first line declares the delimiter")


SET = {"tab": 'a b\t"x\ty"\n1\t2\n', "blanks": '  a   "x y"\r\n 1 2  \r\n', "||": "a||x\n1||2\n"}


@pytest.mark.parametrize("delimiter", SET)
def test_a_delimiter_of_the_settings_may_be_a_word_or_several_characters(tmp_path, delimiter):
    (tmp_path / "rows.csv").write_text(SET[delimiter])
    first = "a b" if delimiter == "tab" else "a"
    known = reading(first, read=ReadSetting(delimiter=delimiter))
    found = read_frame(known, file_rows(str(tmp_path / "rows.csv"), known))
    assert found.rows.to_numpy().tolist() == [["1"]]


def test_a_file_without_names_may_get_those_that_its_columns_were_given(tmp_path):
    assert rows_of("c1;c0\n3;4\n", tmp_path, "", "") == [["4", "3"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_recognised(tmp_path, encoding):
    assert rows_of("Größe,x\nä,1\n".encode(encoding), tmp_path, "Größe") == [["ä"]]


def test_two_columns_of_one_name_and_one_without_stay_apart(tmp_path):
    assert rows_of("a,,a\n1,2,3\n", tmp_path, "a", "", "a") == [["1", "2", "3"]]


def test_quoted_cells_keep_delimiters_and_words_stay_texts(tmp_path):
    assert rows_of('a,b\n"x,y",NA\n\n', tmp_path, "a", "b") == [["x,y", "NA"]]


def test_a_file_without_names_is_read_by_position(tmp_path):
    assert rows_of("1;2\n3;4\n", tmp_path, "", "") == [["1", "2"], ["3", "4"]]


def test_names_behind_the_mark_of_a_comment(tmp_path):
    assert rows_of("# t,x\n1,2\n", tmp_path, "t", "x") == [["1", "2"]]
    assert rows_of("# t,x\n1,2\n", tmp_path, "t") == [["1"]]
    assert rows_of("# t,x\n1,2\n", tmp_path, "# t", "x") == [["1", "2"]]


def test_parquet_keeps_whole_numbers(tmp_path):
    pd.DataFrame({"a": [2**53 + 1, None]}, dtype="Int64").to_parquet(tmp_path / "rows.parquet")
    known = reading("a")
    found = read_frame(known, file_rows(str(tmp_path / "rows.parquet"), known)).rows
    assert found["c0"][0] == str(2**53 + 1)


ENDS = ["End of report\n", "\nEnde\nPrinted on 3 May\n", "*** end ***\n\n7 lines\n"]


def read_with_notes(text, tmp_path):
    (tmp_path / "rows.csv").write_text(text)
    known = reading("id", "v")
    found = file_rows(str(tmp_path / "rows.csv"), known)
    return read_frame(known, found).rows.to_numpy().tolist(), found.attrs["notes"]


@pytest.mark.parametrize("end", ENDS)
def test_lines_that_close_the_table_are_no_rows_and_are_named(tmp_path, end):
    rows, notes = read_with_notes(f"id;v\n1;2\n3;4\n{end}", tmp_path)
    assert rows == [["1", "2"], ["3", "4"]]
    assert all(repr(line) in notes[0] for line in end.split("\n") if line)


@pytest.mark.parametrize("last", ["5", ";", "", "7;8"])
def test_a_short_last_row_stays(tmp_path, last):
    rows, notes = read_with_notes(f"id;v\n1;2\n3;4\n{last}\n", tmp_path)
    assert (len(rows), notes) == (2 + bool(last), [])


def test_the_note_is_that_of_a_batch(tmp_path):
    text = "id;v\n1;2\n3;4\nEnd of report\n"
    body = [Record(i + 2, line.split(";")) for i, line in enumerate(text.splitlines()[1:])]
    assert read_with_notes(text, tmp_path)[1] == without_closing_lines(body, 2)[1]


def test_rows_with_too_many_fields_are_cut_and_named(tmp_path):
    rows, notes = read_with_notes('id;v\n1;"2\n2"\n3;4;5\n6;7;\n', tmp_path)
    assert rows == [["1", "2\n2"], ["3", "4"], ["6", "7"]]
    assert notes[0].startswith("1 row with more than 2 fields")
    assert notes[0].endswith("line 4.")


REFUSED = {
    "no known name": b"x,y\n1,2\n",
    "JSON without rows": b'{"a": 1}\n[2]\n',
    "a line that is not JSON": b'{"a": 1}\n{"a":\n',
    "a zip archive": b"PK\x03\x04\0\0\0\x81",
    "empty": b"",
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_does_not_fit_is_refused(tmp_path, case):
    with pytest.raises(ColumnsError, match=r"none of the columns .*c0|save it as|Line 2 "):
        rows_of(REFUSED[case], tmp_path, "a")


@pytest.mark.parametrize(
    ("last", "kept"), [("n/a = not stated;", 2), ("8;", 3), ("n/a;", 3), ("5 of 6;7", 3)]
)
def test_words_alone_in_a_padded_row_close_a_batch_and_a_row_that_may_be_data_stays(
    last, kept, tmp_path
):
    """Spreadsheets give every row all columns: a legend got a prediction."""
    text = f"id;v\n1;2\n3;4\n{last}\n"
    body = [Record(i + 2, line.split(";")) for i, line in enumerate(text.splitlines()[1:])]
    rows, notes = without_closing_lines(body, 2)
    assert (len(rows), notes) == (kept, read_with_notes(text, tmp_path)[1])
    assert bool(notes) == (kept == 2)


def test_without_openpyxl_a_workbook_is_refused_with_what_to_do(tmp_path, monkeypatch):
    openpyxl.Workbook().save(tmp_path / "rows.xlsx")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(ColumnsError, match="pip install openpyxl"):
        file_rows(str(tmp_path / "rows.xlsx"), reading("a"))


def test_names_that_begin_with_a_brace_are_no_json(tmp_path):
    assert rows_of("{a},b\n1,2\n", tmp_path, "{a}") == [["1"]]
