"""Notes and totals below a table are quarantined with their lines; possible data stays."""

import pytest

from pipeweave_dagster.core.ingest import read_aligned

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
    assert (
        f"The row in line 14 looks like a total ({word!r}); it was read like any other."
        in snapshot.notes
    )


def test_a_category_of_that_name_far_above_is_not(read):
    snapshot = read(f"{HEAD}Total,1,2,\n{BODY}{BODY}")
    assert not any("total" in note for note in snapshot.notes)


STAMPS = [
    "Stand: 01.05.2024",
    "Stand 01.05.2024",
    "As of 2024-05-01",
    "As of: May 2024",
    "Date: 2024-05-01",
    "Last updated: 1 May 2024 10:30",
    "Mise à jour : 01/05/2024",
    "Erstellt am: 01.05.2024",
    "Fecha: 1/5/2024",
]


@pytest.mark.pairwise
@pytest.mark.parametrize("stamp", STAMPS)
@pytest.mark.parametrize("first", ["{:02}.01.2024", "Region {}"])
@pytest.mark.parametrize("end", ["", ";;"])
def test_the_date_of_a_report_is_a_note(read, stamp, first, end):
    body = "".join(f"{first.format(i)};{i};{i},5\n" for i in range(1, 13))
    snapshot = read(f"Name;a;b\n{body}{stamp}{end}\n")
    assert (snapshot.rows, snapshot.rows_quarantined) == (12, 1)
    assert types(snapshot) == ["date" if "." in first else "text", "integer", "number"]


@pytest.mark.parametrize(
    "body",
    [
        "".join(f"Stand: {i:02}.01.2024;{i};x\n" for i in range(1, 13)) + "Stand: 13.01.2024;;\n",
        "".join(f"Golf {i};{i};x\n" for i in range(1, 13)) + "Golf 7;;\n",
        "".join(f"G{i};{i};x\n" for i in range(1, 13)) + "Stand: 13.01.2024;5;x\n",
    ],
    ids=["rows that begin so", "a number", "a complete row"],
)
def test_a_row_that_begins_with_such_words_stays(read, body):
    assert read(f"Name;a;b\n{body}").rows == 13


def test_a_note_with_one_field_below_a_blank_line_is_a_note(read):
    body = "".join(f"K{i};{i};x;y\n" for i in range(40)) + "K;1;x\n"
    notes = " ".join(read(f"Name;a;b;c\n{body}\nQuelle: CRM\n").notes)
    assert "line 42: 3 fields instead of 4; line 44: a note below the table" in notes


@pytest.mark.parametrize(
    "word", ["Total: Account", "Summe: alle", "Total - Search", "Zwischensumme"]
)
def test_a_total_with_a_name_is_named(read, word):
    snapshot = read(f"{HEAD}{BODY}{word},66,72,\n")
    assert (
        f"The row in line 14 looks like a total ({word!r}); it was read like any other."
        in snapshot.notes
    )


def test_all_subtotals_are_named_where_one_ends_the_table(read):
    groups = f"{BODY}Subtotal,66,72,\n" * 4
    notes = " ".join(read(f"{HEAD}{groups}").notes)
    start = "4 rows look like totals, and were read like any others"
    assert f"{start}: line 14 ('Subtotal'), 27 ('Subtotal'), 40" in notes


def test_a_common_category_is_named_at_the_end_only(read):
    body = "".join(f"{word},{i},{i}.5,x\n" for i in range(40) for word in ("men", "women", "total"))
    notes = [note for note in read(f"{HEAD}{body}").notes if "total" in note]
    assert len(notes) == 1
    assert notes[0].startswith(("6 rows", "7 rows"))


@pytest.mark.parametrize(
    ("last", "said"), [("Summe,66,72,\n", "like a total"), ("Stand: 01.05.2024,,,\n", "kept")]
)
def test_a_batch_keeps_such_rows_and_names_them(tmp_path, read, last, said):
    columns = read(f"{HEAD}{BODY}").columns
    (tmp_path / "b.csv").write_text(f"{HEAD}{BODY}{last}")
    (tmp_path / "batch").mkdir()
    batch = read_aligned(tmp_path / "b.csv", "b.csv", columns, tmp_path / "batch")
    assert batch.rows == 13
    assert any("14" in note and said in note for note in batch.notes)


def test_a_batch_of_rows_has_no_such_note(tmp_path, read):
    columns = read(f"{HEAD}{BODY}").columns
    (tmp_path / "b.csv").write_text(f"{HEAD}{BODY}")
    (tmp_path / "batch").mkdir()
    batch = read_aligned(tmp_path / "b.csv", "b.csv", columns, tmp_path / "batch")
    assert not any("like a total" in note or "kept" in note for note in batch.notes)
