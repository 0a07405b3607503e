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
