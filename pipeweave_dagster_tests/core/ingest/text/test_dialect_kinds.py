"""Kinds of files that were cut at the wrong places, or drawn instead of delimited."""

import pytest

from pipeweave_dagster.core.ingest.text import delimited

pytestmark = pytest.mark.slow  # the file with all its variants

WORDS = ("red", "new", "big", "old", "blue", "small")


def body(row, count=40):
    return "".join(row.format(i=i, a=WORDS[i % 6], b=WORDS[(i * 5 + 1) % 6]) for i in range(count))


LISTS = {
    "quoted": ("id,tags\n" + body('{i},"a;b;c"\n'), ["id", "tags"], "a;b;c"),
    "unquoted": ("id,tags\n" + body("{i},{a};{b};x\n"), ["id", "tags"], "red;new;x"),
    "pipes": ("id,genres\n" + body("{i},{a}|{b}\n"), ["id", "genres"], "red|new"),
    "below semicolons": ("id;tags\n" + body("{i};{a},{b}\n"), ["id", "tags"], "red,new"),
    "brackets": ("id,vec\n" + body('{i},"[{i}, 1, 2]"\n'), ["id", "vec"], "[0, 1, 2]"),
    "series": ("id,series\n" + body('{i},"0,{i},2,3,4,5"\n'), ["id", "series"], "0,0,2,3,4,5"),
    "three rows": ('k\tv\n1\t"a,b"\n2\t"c,d"\n3\t"e,f"\n', ["k", "v"], "a,b"),
}


@pytest.mark.parametrize(("text", "names", "first"), LISTS.values(), ids=LISTS)
def test_lists_stay_in_their_cells(read, rows, text, names, first):
    snapshot = read(text)
    assert [c.original_name for c in snapshot.columns] == names
    assert rows()[0][names[1]] == first
    assert snapshot.rows == snapshot.rows_read == text.count("\n") - 1


def test_numbers_with_thousands_in_quotes_are_numbers(read, rows):
    read("country,gdp\n" + body('{a}{i},"1,563,099,46{i}"\n', 9))
    assert rows()[3]["gdp"] == 1_563_099_463


ALONE = {
    "dates": ("Date\n" + body('"Jan 1{i}, 2020"\n', 9), "date"),
    "texts with commas": ("title\n" + body('"{a}{i}, the great {b}"\n'), "text"),
    "timestamps": ("when\n" + body("2021-01-1{i} 10:0{i}:00\n", 9), "datetime"),
    "timestamps, no header": (body("2021-01-1{i} 10:0{i}:00\n", 9), "datetime"),
    "addresses": ("url\n" + body("https://example.org/p/{i}?a=1&b=2\n"), "text"),
    "decimal commas": ("preis\n" + body("{i},50\n"), "number"),
    "one quoted name": ('"x"\n' + body("-1.{i}\n"), "number"),
    "prose of equal length": ("text\n" + body("the {a} fox and the {b} hen went home\n"), "text"),
    "baskets": ("".join(f"{','.join(WORDS[: 1 + i % 5])}\n" for i in range(60)), "text"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "type_"), ALONE.values(), ids=ALONE)
def test_one_column_stays_one(read, text, type_):
    snapshot = read(text)
    assert [c.type for c in snapshot.columns] == [type_], snapshot.notes


DRAWN = {
    "psql": " id | name | v\n----+------+-----\n  1 | a    | 2.5\n  2 | b    | 3.5\n(2 rows)\n",
    "mysql": (
        "+----+------+-----+\n| id | name | v   |\n+----+------+-----+\n|  1 | a    | 2.5 |\n"
        "|  2 | b    | 3.5 |\n+----+------+-----+\n2 rows in set (0.00 sec)\n"
    ),
    "markdown": "| id | name | v |\n|---|:---:|---:|\n| 1 | a | 2.5 |\n| 2 | b | 3.5 |\n",
    "markdown without outer bars": "id | name | v\n---|---|---\n1 | a | 2.5\n2 | b | 3.5\n",
}


@pytest.mark.parametrize("text", DRAWN.values(), ids=DRAWN)
def test_drawn_tables_are_tables(read, rows, text):
    snapshot = read(text, name="t.txt")
    assert [c.name for c in snapshot.columns] == ["id", "name", "v"]
    assert rows() == [{"id": 1, "name": "a", "v": 2.5}, {"id": 2, "name": "b", "v": 3.5}]
    assert any("drawn with lines" in note for note in snapshot.notes)


def test_two_colons_separate(read):
    snapshot = read(body("{i}::The {a}: part {i} (1990)::{a}|{b}\n"), name="movies.dat")
    assert [c.type for c in snapshot.columns] == ["integer", "text", "text"]


def test_padded_columns_with_blanks_inside(read, rows):
    people = [("Anna Lena", "Bad Ems"), ("Bert", "Ulm"), ("Carl Otto", "Bonn")] * 9
    lines = [f"{name:<12}{20 + i:<6}{city}" for i, (name, city) in enumerate(people)]
    read("name        age   city\n" + "\n".join(lines) + "\n", name="t.txt")
    assert rows()[0] == {"name": "Anna Lena", "age": 20, "city": "Bad Ems"}


def test_blanks_after_delimiters_are_no_part_of_the_cells(read, rows):
    head = "name,          country, medal\n"
    read(head + '"Usain Bolt",  "JAM",   "GOLD"\n"Yohan Blake", "JAM",   "SILVER"\n' * 5)
    assert rows()[0] == {"name": "Usain Bolt", "country": "JAM", "medal": "GOLD"}


@pytest.mark.parametrize("bulk", [False, True])
def test_lines_that_are_no_rows_are_left_out_and_listed(read, rows, monkeypatch, bulk):
    count = 20
    if bulk:  # as a file of many megabytes
        count = 2000
        monkeypatch.setattr(delimited, "_SMALL", 1000)
    lines = [f"{i},n{i},{i * 1.5}" for i in range(count)]
    lines[10:10] = ["id,name,v", "# block 2", "# a b c d e f g"]
    text = "id,name,v\n" + "\n".join([*lines, "", f"({count} rows affected)"]) + "\n"
    snapshot = read(text, **({"max_in_memory_bytes": 1000} if bulk else {}))
    assert snapshot.rows == count == len(rows())
    assert [c.type for c in snapshot.columns] == ["integer", "text", "number"]
    listed = {line.kind for line in snapshot.left_out}
    assert listed >= {"comment", "row count"}
    assert any("repeat" in note or "names of the header" in note for note in snapshot.notes)
    assert "# block 2" in {line.text for line in snapshot.left_out}


def test_titles_are_listed_with_their_text(read):
    snapshot = read("Sales of May 2020\n\nid,price,who\n" + body("{i},{i}.5,{a}\n"))
    assert [(line.line, line.kind, line.text) for line in snapshot.left_out] == [
        (1, "title", "Sales of May 2020")
    ]
