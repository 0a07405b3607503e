"""Notes and totals below a table are quarantined with their lines; possible data stays."""

import pytest

BODY = "".join(f"Region {i},{i},{i}.5,x\n" for i in range(12))

HEAD = "Name,a,b,c\n"


def types(snapshot):
    return [c.type for c in snapshot.columns]


def test_separate_sums_are_quarantined(read):
    snapshot = read(f"{HEAD}{BODY},,,\n,,72,\n,66,,\n")
    assert (snapshot.rows, snapshot.rows_quarantined) == (12, 2)
    assert "a summary below the table" in " ".join(snapshot.notes)
    assert [c.type for c in snapshot.columns] == ["text", "integer", "number", "text"]


def test_a_total_stays_and_separate_rows_below_it_do_not(read, rows):
    below = "Total,66,72,\n,,,\nOf which:,,,\nNorth,60,50,\nTotal ,66,72,\n"
    snapshot = read(f"{HEAD}{BODY}{below}")
    assert (snapshot.rows, snapshot.rows_quarantined) == (13, 3)
    assert rows()[-1]["Name"] == "Total"
    assert "below the total of the table" in " ".join(snapshot.notes)


def test_notes_below_sums_below_rows(read):
    snapshot = read(f"{HEAD}{BODY},,,\n,66,,\n,,,\nA note of some words,,,\n")
    assert (snapshot.rows, snapshot.rows_quarantined) == (12, 2)


@pytest.mark.parametrize(
    "last",
    [
        pytest.param(",66,,\n", id="no blank row above"),
        pytest.param(",,,\n,66,72,x\n", id="as full as a row"),
        pytest.param(",,,\nRegion 12,66,,\n", id="begins like a row"),
        pytest.param("Total,1,1,x\n,,,\n" + BODY, id="groups, each with its total"),
        pytest.param("Totals of Rome,1,1,x\n,,,\nRegion 13,1,2,x\n", id="a name"),
    ],
)
def test_what_may_be_data_stays(read, last):
    assert read(f"{HEAD}{BODY}{last}").rows_quarantined == 0


def test_notes_below_a_table_are_quarantined(read, rows):
    body = "".join(f"Region {i},{i},{i}.5,x\n" for i in range(12))
    notes = '"Source: Office for National Statistics, 2009",,,\n* provisional,,,\n'
    snapshot = read(f"Name,a,b,c\n{body}{notes}")
    assert (snapshot.rows_read, snapshot.rows, snapshot.rows_quarantined) == (14, 12, 2)
    assert "a note below the table" in " ".join(snapshot.notes)
    assert types(snapshot) == ["text", "integer", "number", "text"]


@pytest.mark.parametrize(
    "last", ["Region 12,,,\n", "A name of four words,1,,\n", "A name of four words,,,\nZ,1,2,x\n"]
)
def test_a_row_that_may_be_data_is_not_a_note(read, last):
    body = "".join(f"Region {i},{i},{i}.5,x\n" for i in range(12))
    assert read(f"Name,a,b,c\n{body}{last}").rows_quarantined == 0


@pytest.mark.parametrize("head", ["Legend:", "Notes:", "Quelle:", "Source: the office"])
def test_a_block_that_a_word_heads_is_no_part_of_the_table(read, rows, head):
    block = f",,,\n{head},,,\na,the first,,\nb,the second,,\n"
    snapshot = read(f"{HEAD}{BODY}{block}")
    assert (snapshot.rows, snapshot.rows_quarantined) == (12, 3)
    assert types(snapshot) == ["text", "integer", "number", "text"]


@pytest.mark.parametrize("word", ["Total", "Grand Total", "Summe", "TOTAL:"])
def test_a_total_that_is_kept_is_named(read, word):
    snapshot = read(f"{HEAD}{BODY}{word},66,72,\n")
    assert snapshot.rows == 13
    assert f"The row in line 14 looks like a total ({word!r}); it was kept." in snapshot.notes


def test_a_category_of_that_name_far_above_is_not(read):
    snapshot = read(f"{HEAD}Total,1,2,\n{BODY}{BODY}")
    assert not any("total" in note for note in snapshot.notes)
