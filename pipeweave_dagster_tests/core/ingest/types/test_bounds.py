"""A number with a + or behind < or > is read with a note that it is a bound; words are texts."""

import pyarrow.parquet as pq
import pytest

from pipeweave_dagster.core.ingest import read_aligned


def column(values):
    return "id;age\n" + "".join(f"r{i};{v}\n" for i, v in enumerate(values))


def ages(count, bound, often):
    return [str(20 + i * 7 % 69) for i in range(count)] + [bound] * often


@pytest.mark.parametrize(
    ("count", "bound", "often", "share"),
    [
        (60, "90+", 1, "about 2 %"),
        (60, "90 +", 20, "about 25 %"),
        (3000, "90+", 1, "less than 1 %"),
    ],
)
def test_the_note_on_numbers_with_a_plus_calls_them_bounds(count, bound, often, share, read, rows):
    found = read(column(ages(count, bound, often))).columns[1]
    assert (found.type, rows()[-1]["age"]) == ("number", float(bound.strip(" +")))
    wanted = "Numbers with a + are lower bounds, stored as the number"
    assert found.note == f"{wanted}: {share} of the values ({bound!r} ({often}))."


def test_numbers_that_all_have_a_plus_are_all_bounds(read):
    note = read(column(["1,000+", "10,000+", "500+"] * 20)).columns[1].note
    assert note.startswith("All values are lower bounds")


@pytest.mark.parametrize(
    ("bound", "often"),
    [("90 and over", 1), ("90 or more", 30), ("65 und älter", 1), ("90 years and over", 1),
     ("under 5", 1), ("moins de 5", 1)],
)  # fmt: skip
def test_no_row_is_quarantined_for_a_bound(bound, often, read):
    snapshot = read(column(ages(3000, bound, often)))
    assert snapshot.rows_quarantined == 0
    assert snapshot.columns[1].type == "text"
    assert f"{bound!r} ({often})" in snapshot.columns[1].note


@pytest.mark.parametrize("count", [60, 3000])
@pytest.mark.parametrize(
    ("bound", "often", "value"),
    [(">90", 1, 90), ("<0.05", 3, 0.05), ("≥ 65", 9, 65), ("<= 5", 1, 5), (">1,000", 2, 1000)],
)
def test_a_number_behind_a_sign_is_a_bound(count, bound, often, value, read, rows):
    snapshot = read(column(ages(count, bound, often)))
    found = snapshot.columns[1]
    assert (found.type, rows()[-1]["age"], rows()[0]["age"]) == ("number", value, 20)
    assert "bounds, stored as the number: about" in found.note or "less than 1 %" in found.note
    assert f"({bound!r} ({often}))" in found.note
    assert snapshot.rows_quarantined == 0


def test_bounds_with_decimal_commas_are_read(read, rows):
    read(column([f"{i},5" for i in range(40)] + ["<0,05"]))
    assert (rows()[3]["age"], rows()[-1]["age"]) == (3.5, 0.05)


@pytest.mark.parametrize("values", [["<5", "5", ">10"], ["<1", "1-2", "3", ">3"], ["<a", "1", "2"]])
def test_columns_of_bounds_are_classes(values, read):
    assert read(column(values * 20)).columns[1].type == "text"


def test_a_batch_has_bounds_as_the_training_table(read, rows, tmp_path):
    columns = read(column(ages(60, ">90", 3))).columns
    file, out = tmp_path / "batch.csv", tmp_path / "batch"
    out.mkdir()
    file.write_text("id;age\nr1;<7\nr2;8.5\n")
    read_aligned(file, "batch.csv", columns, out)
    assert [r["age"] for r in pq.read_table(out / "data.parquet").to_pylist()] == [7, 8.5]


@pytest.mark.parametrize("word", ["90 apples", "5 and", "over", "and 7 over 8"])
def test_other_words_are_damaged_cells(word, read):
    assert read(column(ages(3000, word, 1))).rows_quarantined == 1


@pytest.mark.parametrize(
    "classes",
    [["0-9", "10-19", "20-29", "90+"], ["1-10", "11-50", ">100"], ["1+", "2+", "3+", "4-"],
     ["0-1 km", "2-3 km", "4+ km"]],
)  # fmt: skip
def test_classes_stay_texts(classes, read):
    assert read(column(classes * 20)).columns[1].type == "text"
