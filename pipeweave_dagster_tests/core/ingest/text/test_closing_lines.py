"""Lines such as `End of report` below short and narrow tables are no rows."""

import pytest

from pipeweave_dagster.core.ingest import ColumnMatcher, locate_row, read_aligned
from pipeweave_dagster.core.ingest.base.limits import DEFAULT_LIMITS

ENDS = [
    "End of report\n",
    "\nEnd of report\n",
    "Ende\nPrinted on 3 May\n",
    "*** end ***\n\n7 lines\n",
]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("count", [2, 12])
@pytest.mark.parametrize("more", ["", ";x"])
def test_lines_below_a_short_or_narrow_table_are_no_rows(read, end, count, more):
    body = "".join(f"{i};{i * 7 % 5}{more}\n" for i in range(count))
    snapshot = read(f"id;v{';w' * bool(more)}\n{body}{end}")
    assert (snapshot.rows, [c.type for c in snapshot.columns[:2]]) == (
        count,
        ["integer", "integer"],
    )
    texts = [line for line in end.split("\n") if line]
    assert snapshot.rows_quarantined + len(snapshot.left_out) == len(texts)


def test_several_words_below_words_are_no_row(read):
    snapshot = read("name;v\nAnn;1\nBo;2\nEnd of the report\n")
    assert (snapshot.rows, snapshot.rows_quarantined) == (2, 1)
    assert "Padded" not in " ".join(snapshot.notes)
    assert "a line below the table" in " ".join(snapshot.notes)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("name;v\nAnn;1\nBo;2\nCy\n", id="a name"),
        pytest.param("id;v\n1;1\n2;2\n3\n", id="a number"),
        pytest.param("name;v\nThe Old Mill;1\nBo;2\nThe New Mill\n", id="as many words"),
        pytest.param("id;v\n1\n2;2\nx\n", id="short rows above"),
    ],
)
def test_a_short_last_row_that_may_be_data_stays(read, text):
    assert read(text).rows == 3


TRAINED = "id;v\n" + "".join(f"{i};{i * 7 % 5}\n" for i in range(12))


@pytest.fixture
def batch(read, rows, tmp_path):
    columns = read(TRAINED).columns

    def batch_(text):
        (tmp_path / "batch").write_text(text)
        snapshot = read_aligned(tmp_path / "batch", "b.csv", columns, tmp_path / "out")
        return snapshot, [(row["id"], row["v"]) for row in rows()]

    batch_.columns = columns
    return batch_


@pytest.mark.parametrize("end", ENDS)
def test_they_are_no_rows_of_a_batch_either_and_are_named(batch, end):
    snapshot, found = batch("id;v\n1;2\n;\n3;\n" + end)
    assert found == [(1, 2), (None, None), (3, None)]
    note = next(note for note in snapshot.notes if "below the rows" in note)
    assert all(repr(line) in note for line in end.split("\n") if line)
    assert snapshot.set_missing == {}


@pytest.mark.parametrize("last", ["4", ";", "4;5;6", "x;y"])
def test_a_short_last_row_of_a_batch_stays(batch, last):
    assert len(batch(f"id;v\n1;2\n3;4\n{last}\n5;6\n{last}\n")[1]) == 5


def test_a_row_is_found_in_its_file_where_lines_close_it(batch, tmp_path):
    batch("id;v\n1;2\n3;4\nEnd of report\n")
    place = locate_row(
        tmp_path / "batch",
        "b.csv",
        1,
        batch.columns,
        DEFAULT_LIMITS,
        ColumnMatcher(("id", "v")),
        (None,),
    )
    assert place.line == 3
