"""The first line may declare the delimiter for Excel (`sep=;`): it is no header and no row."""

import pytest

from pipeweave_dagster.core.documents import ReadSetting


@pytest.mark.pairwise
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("columns", [1, 2, 5])
@pytest.mark.parametrize("count", [1, 40])
def test_it_decides_and_is_left_out(read, end, quote, delimiter, columns, count):
    names = [f"name {i}" for i in range(columns)]
    table = [names, *([f"{i}.5", *("a|b",) * (columns - 1)] for i in range(count))]
    quoted = [[f'"{cell}"' if "|" in cell else cell for cell in row] for row in table]
    lines = [f"{quote}sep={delimiter}{quote}", *map(delimiter.join, quoted)]
    snapshot = read("\ufeff" + end.join(lines) + end)
    assert [c.name for c in snapshot.columns] == names
    assert (snapshot.rows, snapshot.columns[0].type) == (count, "number")
    assert f"The first line declares the delimiter {delimiter!r}." in snapshot.notes


def test_it_decides_where_two_delimiters_are_possible(read):
    body = "".join(f"{i},5;{i},25;x\n" for i in range(9))
    assert [c.name for c in read(f"sep=;\na;b;c\n{body}").columns] == ["a", "b", "c"]


@pytest.mark.parametrize("name", ["sep=", "sepal", "sep=x,y", "sep"])
def test_a_name_is_no_declaration(read, name):
    snapshot = read(f"{name},b\n1,2\n3,4\n5,6\n")
    assert (snapshot.columns[0].name, snapshot.rows) == (name.split(",")[0], 3)


def test_another_delimiter_in_all_lines_below_is_detected(read):
    snapshot = read("sep=;\na,b\n1,x\n2,y\n3,z\n")
    assert ([c.name for c in snapshot.columns], snapshot.rows) == (["a", "b"], 3)


def test_lines_that_the_user_counts_include_it(read):
    snapshot = read("sep=;\na;b\n1;x\n2;y\n", read=ReadSetting(skip=1))
    assert ([c.name for c in snapshot.columns], snapshot.rows) == (["a", "b"], 2)
