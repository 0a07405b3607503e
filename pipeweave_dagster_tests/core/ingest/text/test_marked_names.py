"""Names of columns behind the mark of a comment, as numpy, gnuplot and COMSOL write them."""

import pytest

from pipeweave_dagster.core.ingest import read_aligned

FORMATS = {
    "short": "{:.2f}",
    "savetxt": "{:.18e}",
    "right": "{:>9.3f}",
    "left": "{:<9.3f}",
    "whole": "{:.0f}",
}


def _rows(count, width, form="{:.4f}", delimiter=" "):
    cells = [[(i + 1) * (j + 1.5) * 7 % 90 for j in range(width)] for i in range(count)]
    return "".join(delimiter.join(form.format(v) for v in row) + "\n" for row in cells)


def _names(snapshot):
    return [column.original_name for column in snapshot.columns]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(("mark", "count"), [("#", 4), ("%", 40), ("//", 40)])
def test_names_behind_a_mark(read, form, mark, count):
    snapshot = read(f"{mark} time x y z\n{_rows(count, 4, FORMATS[form])}")
    assert (_names(snapshot), snapshot.rows) == (["time", "x", "y", "z"], count)
    assert {column.type for column in snapshot.columns} <= {"number", "integer"}
    assert "mark of a comment" in " ".join(snapshot.notes)


@pytest.mark.parametrize(
    ("comment", "names"),
    [
        ("# made by a program\n# t x y", "t x y"),
        ("# made by a program\n\n#t x y", "t x y"),
        ("% Model:   pipe.mph\n% Date:    Jan 5 2024, 10:11\n% x     y y    T (K)", "x|y y|T (K)"),
        ("# t, x, y", "t x y"),
        ("#\tt\tx\ty", "t x y"),
        ("-- 2020 2021 mean", "2020 2021 mean"),
    ],
)
def test_what_stands_above_and_between(read, comment, names):
    names = names.split("|" if "|" in names else None)
    for form in ("{:.2f}", "{:>9.3f}"):
        snapshot = read(f"{comment}\n{_rows(40, 3, form)}")
        assert (_names(snapshot), snapshot.rows) == (names, 40)
        assert len(snapshot.left_out) == comment.count(" by ") + comment.count(": ")


@pytest.mark.parametrize("delimiter", ["\t", ",", ";", ", "])
def test_delimiters(read, delimiter):
    head = delimiter.join(["# time s", "x m", "y m"])
    rows = _rows(20, 3, delimiter=delimiter)
    assert _names(read(f"# made\n{head}\n{rows}")) == ["time s", "x m", "y m"]
    # Alone between commas it may be part of the name, and no value is under another one.
    first = "time s" if delimiter == "\t" else "# time s"
    assert _names(read(f"{head}\n{rows}")) == [first, "x m", "y m"]


@pytest.mark.parametrize(
    ("comment", "form"),
    [
        ("# t x y\n# s m kg", "{:.2f}"),
        ("#time\tplace\tmass\n#[s]\t[m]\t[m]", "{:>9.3f}"),
    ],
)
def test_units_below_the_names(read, comment, form):
    snapshot = read(f"# made by a program\n{comment}\n{_rows(40, 3, form)}")
    assert _names(snapshot) == comment.partition("\n")[0].strip("# ").split()
    assert [line.kind for line in snapshot.left_out] == ["title", "units or descriptions"]


def test_names_above_each_block_of_gnuplot(read):
    block = f"# t x y\n{_rows(12, 3)}"
    snapshot = read(f"{block}\n\n{block}")
    assert (_names(snapshot), snapshot.rows) == (["t", "x", "y"], 24)


KEPT = [
    ("#,name,qty", "1,bolt,5", "# name qty"),
    ("# name qty", "1 bolt 5", "# name qty"),
    ("#id a b", "1 2 3", "#id a b"),
    ("# of rooms,price", "1,2.5", "# of rooms|price"),
    ("# rooms,# baths", "1,2", "# rooms|# baths"),
    ("% change,place", "1.5,Ulm", "% change|place"),
    ("# a title\nname,qty", "bolt,5", "name qty"),
    ("# my old file\na b c", "1 2 3", "a b c"),
    ("#Device x1\n##Temp./C,Time/min", "21.5,0.9", "##Temp./C|Time/min"),
    ("#ff0000,red\n#00ff00,lime", "red,red", "#ff0000|red"),
]


@pytest.mark.parametrize(("head", "row", "names"), KEPT)
def test_a_mark_that_is_a_name_and_a_title_stay(read, head, row, names):
    snapshot = read(head + "\n" + f"{row}\n" * 5)
    assert _names(snapshot) == names.split("|" if "|" in names else None)


def test_a_row_that_is_commented_out_has_no_names(read):
    assert "mark of a comment" not in " ".join(read(f"# 1.5 2.5 3.5\n{_rows(12, 3)}").notes)


def test_the_line_end_and_the_lines_stay(read):
    snapshot = read(f"# made\n# t,x\n{_rows(9, 2, delimiter=',')}a,b,c\n".replace("\n", "\r\n"))
    assert snapshot.dialect.line_end == "\r\n"
    assert [line.line for line in snapshot.left_out] == [1]


@pytest.mark.parametrize("marked", [True, False])
def test_a_batch_has_the_names_of_the_training_file(read, rows, tmp_path, marked):
    columns = read(f"{'# ' if marked else ''}t x y\n{_rows(20, 3)}").columns
    for i, head in enumerate(("# t x y", "t x y", "# t,x,y")):
        body = _rows(2, 3, delimiter="," if "," in head else " ")
        (tmp_path / f"batch{i}").write_text(f"{head}\n{body}")
        assert read_aligned(tmp_path / f"batch{i}", "b.txt", columns, tmp_path / "out").rows == 2
        assert [*rows()[1]][:3] == ["t", "x", "y"]
        assert all(value is not None for value in rows()[1].values())


def test_a_batch_keeps_the_mark_of_a_training_file(read, rows, tmp_path):
    columns = read(f'"# t",x\n{_rows(20, 2, delimiter=",")}').columns
    (tmp_path / "batch").write_text(f"# t,x\n{_rows(2, 2, delimiter=',')}")
    assert columns[0].original_name == "# t"
    assert read_aligned(tmp_path / "batch", "b.csv", columns, tmp_path / "out").rows == 2
    assert all(value is not None for value in rows()[1].values())


DRAWN = "#            decimal       monthly    de-season{}\n#             date         average{}\n"


@pytest.mark.parametrize("above", ["", "# made by a program\n#\n", "# one\n# made by a program\n"])
@pytest.mark.parametrize("further", [("", ""), ("  #days", ""), ("  #days", "  alized")])
def test_words_of_a_comment_that_stand_elsewhere_are_no_names(read, rows, above, further):
    made = "".join(
        f"{2018 + i // 12}  {i % 12 + 1:2}  {2018 + i / 12:9.4f}   {408 + i / 5:8.2f}\n"
        for i in range(48)
    )
    head = above + DRAWN.format(*further)
    snapshot = read(head + made)
    assert [c.name for c in snapshot.columns] == [f"column_{i}" for i in range(1, 5)]
    assert (snapshot.rows, rows()[0]["column_4"]) == (48, 408.0)
    lines = {line.text.replace(" ", "").replace("|", "") for line in snapshot.left_out}
    assert lines == {line.replace(" ", "") for line in head.splitlines()}


@pytest.mark.parametrize("mark", ["#", "%", "//", "!"])
@pytest.mark.parametrize("width", [3, 8])
def test_a_comment_with_one_word_less_than_columns_names_none(read, mark, width):
    words = " ".join(f"name{i}" for i in range(width - 1))
    snapshot = read(f"{mark} made by a program\n{mark}\n{mark} {words}\n{_rows(40, width)}")
    assert [c.name for c in snapshot.columns] == [f"column_{i + 1}" for i in range(width)]
    assert snapshot.rows == 40


def test_a_mark_above_the_numbers_of_the_rows_names_them(read):
    made = "".join(f"{i + 1} {i * 7 % 5}.5 x{i % 3}\n" for i in range(40))
    snapshot = read(f"# made by a program\n# size kind\n{made}")
    assert (_names(snapshot), snapshot.rows) == (["#", "size", "kind"], 40)


@pytest.mark.parametrize("blank", ["#", "# ", "#\n#\n#", "# \n\n#"])
@pytest.mark.parametrize("delimiter", [",", "\t", "  "])
def test_comments_without_words_stand_between_others(read, blank, delimiter):
    head = delimiter.join(["STN", "YYYYMMDD", "TG"])
    made = "".join(delimiter.join(["260", f"{20240101 + i}", f"{i}"]) + "\n" for i in range(28))
    snapshot = read(f"# of the weather: one\n{blank}\n# STN   : number\n{blank}\n# {head}\n{made}")
    assert (_names(snapshot), snapshot.rows) == (["STN", "YYYYMMDD", "TG"], 28)


@pytest.mark.parametrize(
    "names", ["# year mon  date      mean", "#year mon      date     mean", "# year mon date mean"]
)
def test_names_drawn_above_their_columns_stay_names(read, names):
    made = "".join(
        f"{2018 + i // 12}  {i % 12 + 1:2}   {2018 + i / 12:8.3f}  {i:6.2f}\n" for i in range(30)
    )
    snapshot = read(f"# made by a program\n{names}\n{made}")
    assert _names(snapshot) == ["year", "mon", "date", "mean"]
