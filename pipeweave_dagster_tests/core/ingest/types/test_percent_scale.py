"""Percentages have one scale in a column, or a note of the doubt."""

import pytest

from pipeweave_dagster.core.ingest import read_aligned

SHARES = ["50%", "0.25", "12.5%", "0.75", "100%"]


def table(values, mark=","):
    return f"id{mark}p\n" + "".join(f"{i}{mark}{v}\n" for i, v in enumerate(values))


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("repeat", [1, 1000])
def test_numbers_between_0_and_1_beside_percentages_are_shares(repeat, mark, read, rows):
    snapshot = read(table(SHARES * repeat, mark))
    assert [row["p"] for row in rows()[:5]] == [50, 25, 12.5, 75, 100]
    assert f"{2 * repeat:,} numbers without a percent sign" in snapshot.columns[1].note
    assert snapshot.columns[1].unit == "%"


def test_a_batch_has_the_scale_of_the_training_table(read, rows, tmp_path):
    columns = read(table(SHARES * 3)).columns
    (tmp_path / "batch").write_text("id,p\n1,0.5\n2,50%\n3,75 %\n")
    read_aligned(tmp_path / "batch", "b.csv", columns, tmp_path / "out")
    assert [row["p"] for row in rows()] == [50, 50, 75]


@pytest.mark.parametrize("bare", [["37", "42"], ["0.5", "42"]])
def test_other_numbers_without_a_sign_are_reported_as_doubtful(bare, read, rows):
    snapshot = read(table(["50%", *bare, "12.5%", "100%"]))
    assert "Doubtful: 2 numbers without a percent sign" in snapshot.columns[1].note
    assert [row["p"] for row in rows()[1:3]] == [float(v) for v in bare]


def test_zeros_and_missing_cells_are_no_doubt(read, rows):
    snapshot = read(table(["50%", "0", "", "12.5%", "100%", "n/a"] * 3))
    assert "ubt" not in (snapshot.columns[1].note or "")
    assert [row["p"] for row in rows()[:6]] == [50, 0, None, 12.5, 100, None]


def test_small_percentages_are_not_multiplied(read, rows):
    snapshot = read(table(["0.5%", "0.25", "0.75%", "0.1%", "0.9%"]))
    assert [row["p"] for row in rows()] == [0.5, 0.25, 0.75, 0.1, 0.9]
    assert "Doubtful" in snapshot.columns[1].note
