"""Lines such as `End of report` below short and narrow tables are no rows."""

import pytest

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
