"""Commas of times, cut numbers, appended files and notes: each line is read as what it is."""

import pytest

from pipeweave_dagster.core.documents import ReadSetting


def names(snapshot):
    return [c.name for c in snapshot.columns]


@pytest.mark.parametrize("value", ["{}", "1{}", "3{:02}"])
def test_a_duration_beside_a_number_is_two_columns(read, rows, value):
    lines = [f"{i % 9:02}:{i:02}:19,{value.format(i % 60)}" for i in range(30)]
    snapshot = read("duration,v\n" + "\n".join(lines) + "\n")
    assert names(snapshot) == ["duration", "v"]
    assert [row["v"] for row in rows()] == [int(line.split(",")[1]) for line in lines]


@pytest.mark.parametrize("date", ["", "2021-06-01 "])
def test_milliseconds_behind_a_comma_are_part_of_a_time(read, date):
    lines = [f"{date}12:{i:02}:45,{100 + i * 7}" for i in range(30)]
    assert names(read("t\n" + "\n".join(lines) + "\n")) == ["t"]


def test_a_log_is_not_cut_at_its_milliseconds(read):
    lines = [
        f"2021-06-01 12:{i:02}:00,{100 + i} INFO [main] x.Foo - took {'very ' * (i % 4)}long"
        for i in range(30)
    ]
    snapshot = read("\n".join(lines) + "\n")
    assert snapshot.dialect.delimiter != ","


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("country,population,gdp", "C{i},{a},{b:03},{c:03},{a}.5"),
        ("id,gewicht,laenge", "{i},{a},{d},1{a},{e}"),
    ],
)
def test_a_header_above_numbers_cut_at_their_marks_stays_the_header(read, header, row):
    lines = [
        row.format(i=i, a=20 + i * 3 % 70, b=i * 97 % 1000, c=i * 61 % 1000, d=i % 10, e=i * 7 % 10)
        for i in range(1, 15)
    ]
    snapshot = read("\n".join([header, *lines]) + "\n")
    assert names(snapshot)[:3] == header.split(",")
    assert snapshot.rows == 14
    assert "numbers may contain delimiters" in snapshot.dialect.doubt


def test_quoted_titles_above_a_short_quoted_table(read):
    table = [
        '"Table 13-10"', '"Frequency: Annual"', '"Geography: Canada"', "",
        '"","2018","2019","2020"', '"Age group","Percent","Percent","Percent"',
        '"12 to 17",63.7,1.4,.. ', '"18 to 34",10.2,25.6,F', '"35 to 49",40.3,65.6,23.8E',
        '"50 to 64",41.0,33.8,4.2E', '"65+",27.6,6.8,F', "", '"Footnotes:"',
        '"1. E: use with caution, F: too unreliable"',
    ]  # fmt: skip
    snapshot = read("\n".join(table) + "\n")
    assert names(snapshot) == ["Age group", "2018 Percent", "2019 Percent", "2020 Percent"]
    assert (snapshot.rows, snapshot.rows_quarantined) == (5, 2)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_with_a_mark_of_byte_order_appended_to_another(read, rows, end):
    text = end.join(["\ufeffa,b", "1,2", "\ufeffa,b", "3,4", "5,6", ""])
    snapshot = read(text)
    assert [list(row.values()) for row in rows()] == [[1, 2], [3, 4], [5, 6]]
    assert [line.kind for line in snapshot.left_out] == ["repeated header"]


def test_markers_of_a_merge_conflict_are_left_out_and_named(read, rows):
    snapshot = read("a,b\n1,2\n<<<<<<< HEAD\n3,4\n=======\n3,5\n>>>>>>> main\n6,7\n")
    assert [row["b"] for row in rows()] == [2, 4, 5, 7]
    assert [line.line for line in snapshot.left_out] == [3, 5, 7]


@pytest.mark.parametrize("note", ["Source: Census", "Quelle: Amt", "Notes:", "* estimated"])
def test_a_source_below_the_table_is_no_row(read, note):
    rows = "".join(f"State {i},{i},{i * 2},{i * 3}\n" for i in range(1, 9))
    snapshot = read(f"state,x,y,z\n{rows}{note},,,\n")
    assert (snapshot.rows, snapshot.rows_quarantined) == (8, 1)


@pytest.mark.parametrize("read_", [None, ReadSetting(delimiter="\x01")])
def test_fields_separated_by_control_characters_as_of_hive(read, rows, read_):
    text = "".join(f"{i}\x01name {i}\x01{i / 8}\n" for i in range(20))
    snapshot = read(text, read=read_)
    assert snapshot.dialect.delimiter == "\x01"
    assert [*rows()[1].values()] == [1, "name 1", 0.125]


def test_lists_in_json_lines_below_their_names(read, rows):
    text = '["id", "name", "x"]\n' + "".join(f'[{i}, "n{i}", {i / 8}]\n' for i in range(9))
    snapshot = read(text, name="d.jsonl")
    assert names(snapshot) == ["id", "name", "x"]
    assert rows()[-1] == {"id": 8, "name": "n8", "x": 1.0}
