"""What is left out is listed as it stands in the file."""

import pytest


@pytest.mark.parametrize(
    "title", ["Stock of the day today", "Stock of the day", "Prices of 3 May 2021"]
)
def test_a_title_with_as_many_words_as_columns_is_one_text(read, title):
    rows = "".join(f"bolt{i};{i},5;{i};2021-01-{i:02};{i}%\n" for i in range(10, 30))
    snapshot = read(f"{title}\nitem;price;sold;when;share\n{rows}")
    assert [(line.kind, line.text, line.fields) for line in snapshot.left_out] == [
        ("title", title, 1)
    ]


@pytest.mark.pairwise
@pytest.mark.parametrize("page", ["Page {} of 4", "Page {}", "Seite {} von 4", "página {}/4"])
@pytest.mark.parametrize("line", ["{},,", ",,{}", "{}"])
@pytest.mark.parametrize("header", ["", "Date,Item,Qty\n"])
def test_numbers_of_pages_between_rows_are_left_out(read, page, line, header):
    groups = [
        "".join(f"2024-01-{g * 10 + i:02},I{i},{i}\n" for i in range(1, 10)) for g in range(3)
    ]
    marks = [line.format(page.format(number)) + "\n" + header for number in (1, 2, 3)]
    body = "".join(group + mark for group, mark in zip(groups, marks, strict=True))
    snapshot = read(f"Date,Item,Qty\n{body}2024-02-01,I,1\n")
    assert snapshot.rows == 28
    assert snapshot.columns[0].type == "date"
    assert any("3 lines with the numbers of pages: line 11" in note for note in snapshot.notes)


def test_rows_that_name_pages_stay(read):
    pages = "".join(f"Page {i},\nPage {i},5\n" for i in range(12))
    assert read(f"page,visits\n{pages}").rows == 24
