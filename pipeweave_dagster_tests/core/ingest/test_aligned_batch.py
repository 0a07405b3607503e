"""Batches for prediction: training types, every row kept, in order."""

import pytest

from pipeweave_dagster.core.documents import ReadSetting
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import ColumnMatcher, read_aligned

pytestmark = pytest.mark.slow  # the file with all its variants

TRAIN = "id,when,amount,kind,y\n" + "".join(
    f"{i},2020-01-{i % 28 + 1:02},{i}.5,{'ab'[i % 2]},{i % 2}\n" for i in range(60)
)


@pytest.fixture
def aligned(read, tmp_path, rows):
    columns = read(TRAIN).columns

    def align(content, name="batch.csv"):
        path, out = tmp_path / "batch", tmp_path / "out"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        snapshot = read_aligned(path, name, columns, out)
        return snapshot, rows()

    return align


def test_one_row_with_a_missing_column(aligned):
    snapshot, rows = aligned("amount,id,kind,when\n7,1,b,2021-02-03\n")
    assert rows[0]["amount"] == 7.0
    assert str(rows[0]["when"]) == "2021-02-03"
    assert [c.name for c in snapshot.columns] == ["id", "when", "amount", "kind"]
    assert snapshot.notes == []  # scoring names the absent columns


def test_no_row_is_dropped(aligned):
    text = TRAIN.replace("5,2020-01-06,5.5,b,1\n", "5,2020-01-06\n").replace(",7.5,", ",much,")
    snapshot, rows = aligned(text)
    assert snapshot.rows == len(rows) == 60
    assert [r["id"] for r in rows] == list(range(60))
    assert rows[5]["amount"] is None
    assert any("amount" in n and "'much'" in n for n in snapshot.notes)


def test_extra_columns_are_kept(aligned):
    snapshot, rows = aligned("id,when,amount,kind,y,note\n1,2020-01-01,1,a,0,hello\n")
    assert rows[0]["note"] == "hello"
    assert snapshot.notes == []  # scoring names the ignored columns


def test_values_of_another_type_keep_the_training_type(aligned):
    _, rows = aligned("id,when,amount,kind,y\n1.0,2020-01-01,?,7,0\n")
    assert rows[0]["id"] == 1
    assert rows[0]["amount"] is None
    assert rows[0]["kind"] == "7"


def test_fractions_in_an_integer_column_are_kept(aligned):
    snapshot, rows = aligned("id,kind\n7.5,a\n8,b\n99999999999999999999,a\nmany,b\n")
    assert [r["id"] for r in rows] == [7.5, 8.0, 1e20, None]
    assert snapshot.columns[0].type == "number"
    assert any("id: 1 value not of the training type number" in n for n in snapshot.notes)


def test_integers_stay_integers_if_only_null_tokens_do_not_match(aligned):
    snapshot, rows = aligned("id,kind\n9007199254740993,a\n?,b\n3.0,a\n")
    assert [r["id"] for r in rows] == [9007199254740993, None, 3]
    assert snapshot.columns[0].type == "integer"


def test_booleans_may_be_written_as_numbers(read, tmp_path, rows):
    columns = read("flag,y\n" + "true,1\nfalse,0\n" * 20).columns
    (tmp_path / "batch").write_text("flag,y\n1.0,1\n0.0,0\n,0\n1,1\n")
    read_aligned(tmp_path / "batch", "batch.csv", columns, tmp_path / "out")
    assert [r["flag"] for r in rows()] == [True, False, None, True]


BARE = "".join(f"{'ab'[i % 2]},{i},{i}.5,{'uvw'[i % 3]},x{i}\n" for i in range(60))
TABLE = [f"column_{i}" for i in range(1, 6)]


@pytest.mark.parametrize(
    "cut",
    [lambda c: c, lambda c: [*c, "more"], lambda c: c[1:], lambda c: c[1:4]],
    ids=["all", "one more", "without the target", "those that are wanted"],
)
def test_columns_without_a_header_are_matched_by_position_in_the_training_table(
    read, tmp_path, rows, cut
):
    """The target is first and the last column is not required: by order alone all would shift."""
    columns = read(BARE).columns[1:4]
    lines = [",".join(cut(line.split(","))) for line in BARE.splitlines()]
    (tmp_path / "batch.csv").write_text("\n".join(lines) + "\n")
    read_aligned(
        tmp_path / "batch.csv",
        "batch.csv",
        columns,
        tmp_path / "out",
        matcher=ColumnMatcher(tuple(TABLE), "column_1"),
    )
    row = rows()[7]
    assert [row[c] for c in ("column_2", "column_3", "column_4")] == [7, 7.5, "v"]


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        ("007,2020-01-01,1,a,0\n008,2020-01-02,2,b,1\n", ["007", "008"]),  # as the table
        ("ID,when,amount,kind\n007,2020-01-01,1,a\n008,2020-01-02,2,b\n", ["007", "008"]),
        ("2020-01-01,1,a\n2020-01-02,2,b\n", None),  # as the features alone
    ],
)
def test_columns_to_keep_are_texts_found_by_name_or_position(read, tmp_path, rows, content, kept):
    columns = [c for c in read(TRAIN).columns if c.name not in {"id", "y"}]
    matcher = ColumnMatcher(("id", "when", "amount", "kind", "y"), "y", ("id",))
    path = tmp_path / "batch"
    path.write_text(content)
    read_aligned(path, "b.csv", columns, tmp_path / "out", matcher=matcher)
    assert [r["amount"] for r in rows()] == [1, 2]
    assert [r.get("id") for r in rows()] == (kept or [None, None])


def test_without_a_header_another_number_of_columns_is_refused(read, tmp_path):
    columns = read(BARE).columns[1:4]
    (tmp_path / "batch.csv").write_text("1,2\n3,4\n5,6\n")
    with pytest.raises(PipeWeaveError, match=r"has 2 columns and no header.*has 5") as error:
        read_aligned(
            tmp_path / "batch.csv",
            "batch.csv",
            columns,
            tmp_path / "out",
            matcher=ColumnMatcher(tuple(TABLE), "column_1"),
        )
    assert "Add a header" in error.value.fix


@pytest.mark.parametrize(
    "batch", [",a,y\n7,1,0\n8,2,1\n", "a,\n1,7\n2,8\n"], ids=["as it was", "moved"]
)
def test_a_column_without_a_name_is_matched(read, tmp_path, rows, batch):
    """As pandas writes its index."""
    columns = read(",a,y\n" + "".join(f"{i},{i % 3},{i % 2}\n" for i in range(60))).columns
    (tmp_path / "batch.csv").write_text(batch)
    snapshot = read_aligned(
        tmp_path / "batch.csv", "batch.csv", columns[:2], tmp_path / "out",
        matcher=ColumnMatcher(tuple(c.name for c in columns), "y"),
    )  # fmt: skip
    assert [row["column_1"] for row in rows()] == [7, 8]
    assert not any("lacks" in note for note in snapshot.notes)


def test_several_columns_without_a_name_are_matched_by_position(read, tmp_path, rows):
    columns = read(",a,,y\n" + "".join(f"{i},{i % 3},{i}.5,{i % 2}\n" for i in range(60))).columns
    (tmp_path / "batch.csv").write_text(",a,,y\n7,1,0.5,0\n8,2,1.5,1\n")
    read_aligned(tmp_path / "batch.csv", "batch.csv", columns[:3], tmp_path / "out",
                 matcher=ColumnMatcher(tuple(c.name for c in columns), "y"))  # fmt: skip
    assert [(row["column_1"], row["column_3"]) for row in rows()] == [(7, 0.5), (8, 1.5)]


def test_columns_without_a_name_are_matched(read, tmp_path, rows):
    columns = read("y,,a,\n" + "".join(f"{i % 2},{i},{i}.5,k{i % 3}\n" for i in range(30))).columns
    assert [c.name for c in columns] == ["y", "column_2", "a", "column_4"]
    for text in ("y,,a,\n1,7,0.5,k1\n", ",a,\n7,0.5,k1\n"):
        (tmp_path / "batch").write_text(text)
        read_aligned(tmp_path / "batch", "batch.csv", columns, tmp_path / "out")
        found = rows()[0]
        assert (found["column_2"], found["a"], found["column_4"]) == (7, 0.5, "k1")


def align(read, tmp_path, train, batch, names=1):
    columns = read(train).columns[:names]
    (tmp_path / "batch").write_text(batch)
    return read_aligned(tmp_path / "batch", "batch.csv", columns, tmp_path / "out")


def test_ids_of_a_batch_are_exact(read, tmp_path, rows):
    train = "id,v\n" + "".join(f"{10**18 + i},{i}\n" for i in range(30))
    align(read, tmp_path, train, f"id,v\n{10**18 + 1},1\n,2\n{10**18 + 3}.0,2\n")
    assert [row["id"] for row in rows()] == [10**18 + 1, None, 10**18 + 3]


def test_a_value_that_does_not_fit_changes_no_large_id_of_the_batch(read, tmp_path, rows):
    train = "id,v\n" + "".join(f"{10**18 + i},{i}\n" for i in range(30))
    snapshot = align(read, tmp_path, train, f"id,v\n{10**18 + 1},1\n7.5,2\n{10**19},3\n")
    assert [row["id"] for row in rows()] == [10**18 + 1, None, None]
    assert "2 values not of the training type integer" in snapshot.notes[0]


def test_ids_of_20_digits_in_a_batch_are_exact(read, tmp_path, rows):
    train = "id,v\n" + "".join(f"{10**19 + i},{i}\n" for i in range(30))
    align(read, tmp_path, train, f"id,v\n{10**19 + 1},1\n{10**19 + 2},2\n")
    assert [row["id"] for row in rows()] == [str(10**19 + 1), str(10**19 + 2)]


def test_floats_of_any_length_are_numbers_in_a_batch(read, tmp_path, rows):
    train = "x,v\n" + "".join(f"{i}.5,{i}\n" for i in range(30))
    align(read, tmp_path, train, "x,v\n9007199254740993,1\n0.33333333333333333333,2\n")
    assert [row["x"] for row in rows()] == [2.0**53, 1 / 3]


def _towns(read, tmp_path, rows, content, reads):
    columns = read("town;size\nBonn;1,5\nUlm;2,5\n" * 20).columns
    path = tmp_path / "batch"
    path.write_text(content)
    snapshot = read_aligned(path, "batch.csv", columns, tmp_path / "out", reads=reads)
    return snapshot, rows()


def test_a_batch_is_read_as_the_user_sets(read, tmp_path, rows):
    content = "exported today\nfor you\ntown;size\nBonn;1,5\n"
    reads = [ReadSetting(delimiter=";", skip=2, header=1)]
    _, got = _towns(read, tmp_path, rows, content, reads)
    assert got == [{"town": "Bonn", "size": 1.5}]


# The names of the training table locate the header whatever is set; the delimiter is tried anew.
@pytest.mark.parametrize(
    "setting", [ReadSetting(delimiter="|"), ReadSetting(skip=2, header=0), ReadSetting(skip=1)]
)
def test_settings_of_the_training_file_give_way_to_a_batch_that_they_do_not_fit(
    read, tmp_path, rows, setting
):
    snapshot, got = _towns(read, tmp_path, rows, "size;town\n1,5;Bonn\n2,5;Ulm\n", [setting, None])
    assert got == [{"town": "Bonn", "size": 1.5}, {"town": "Ulm", "size": 2.5}]
    assert any("do not fit" in note for note in snapshot.notes) == bool(setting.delimiter)
