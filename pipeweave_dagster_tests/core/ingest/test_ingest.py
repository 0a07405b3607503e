"""Whole files in, typed tables out."""

import bz2
import datetime as dt
import gzip
import io
import json
import zipfile

import pytest

from pipeweave_dagster.core.documents import ColumnSetting, DatasetSettings, RawFile, RawUpload
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import ingest, ingest_settings

PLAIN = "name,age,paid\nAnn,34,1.5\nBob,41,2.25\nCid,29,3.0\n"


def types(snapshot):
    return [c.type for c in snapshot.columns]


def test_plain_csv(read, rows):
    snapshot = read(PLAIN)
    assert types(snapshot) == ["text", "integer", "number"]
    assert snapshot.rows == snapshot.rows_read == 3
    assert rows()[1] == {"name": "Bob", "age": 41, "paid": 2.25}
    assert snapshot.dialect.delimiter == ","
    assert snapshot.dialect.header_rows == 1


@pytest.mark.parametrize("separator", [";", "\t", "|", ", "])
def test_other_separators(read, rows, separator):
    read(PLAIN.replace(",", separator))
    assert rows()[2] == {"name": "Cid", "age": 29, "paid": 3.0}


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends(read, rows, end):
    read(PLAIN.replace("\n", end))
    assert [r["age"] for r in rows()] == [34, 41, 29]


def test_mixed_line_ends(read, rows):
    snapshot = read("a,b\r\n1,2\n3,4\r5,6\r\n")
    assert [r["b"] for r in rows()] == [2, 4, 6]
    assert snapshot.dialect.line_end == "mixed"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "latin-1", "mac_roman"])
def test_encodings(read, rows, encoding):
    text = "city,people\nMünchen,3\nKöln,2\nDüsseldorf,1\n" * 1
    read(text.encode(encoding))
    assert rows()[0]["city"] == "München"


def test_no_header_gets_names(read):
    snapshot = read("\n".join(f"{i},{i * 2.5},x{i % 3}" for i in range(30)) + "\n")
    assert snapshot.rows == 30
    assert [c.name for c in snapshot.columns] == ["column_1", "column_2", "column_3"]
    assert snapshot.dialect.header_rows == 0
    assert any("no header" in n for n in snapshot.notes)


def test_duplicate_and_blank_names(read):
    snapshot = read("a,a,,a_2\n" + "1,2,x,3\n" * 5)
    assert [c.name for c in snapshot.columns] == ["a", "a_3", "column_3", "a_2"]
    assert [c.original_name for c in snapshot.columns] == ["a", "a", "", "a_2"]


def test_preamble_and_several_header_rows(read):
    body = "\n".join(f"R{i},{i},{i * 10}" for i in range(20))
    snapshot = read(f"Report 2020,,\n,,\nregion,sales,sales\n,units,money\n{body}\n")
    assert [c.name for c in snapshot.columns] == ["region", "sales units", "sales money"]
    assert snapshot.rows == 20
    assert snapshot.dialect.skipped_rows == 2
    assert snapshot.dialect.header_rows == 2


def test_years_as_header(read):
    snapshot = read("land,2001,2002,2003\n" + "".join(f"L{i},{i},{i},{i}\n" for i in range(9)))
    assert [c.name for c in snapshot.columns][1:] == ["2001", "2002", "2003"]


def test_blank_aligned(read, rows):
    read("  x   y  z\n  1.5   2  a\n 10.5  30  b\n  2.0   7  c\n")
    assert rows()[1] == {"x": 10.5, "y": 30, "z": "b"}


def test_a_broken_row_does_not_eat_its_neighbours(read, rows):
    lines = [f'{i},"text {i}, more",{i}' for i in range(50)]
    lines[20] = '20,"text 20, more,20'
    read("id,text,n\n" + "\n".join(lines) + "\n")
    numbers = [r["id"] for r in rows()]
    assert numbers == [i for i in range(50) if i != 20]


def test_quarantine_accounts_for_every_row(read, out):
    import pyarrow.parquet as pq

    lines = [f"{i},{i * 3},n{i}" for i in range(1000)]
    lines[500] = "500,1500"
    lines[700] = "700,lots,n700"
    lines[800] = "800,2400,n800,extra"
    snapshot = read("id,value,name\n" + "\n".join(lines) + "\n")
    assert snapshot.rows_read == 1000
    assert snapshot.rows == 997
    assert snapshot.rows_quarantined == 3
    quarantine = pq.read_table(out / "quarantine.parquet").to_pylist()
    assert [q["line"] for q in quarantine] == [502, 702, 802]
    assert "2 fields instead of 3" in quarantine[0]["reason"]
    assert "'lots' is not a valid integer" in quarantine[1]["reason"]


def test_late_values_widen_the_type_and_are_not_rounded(read, rows):
    lines = [f"{i},{i},2020-01-01" for i in range(30_000)]
    lines[25_000] = "3.7,007,2020-01-01 10:30:00"
    snapshot = read("a,b,c\n" + "\n".join(lines) + "\n")
    assert types(snapshot) == ["number", "text", "datetime"]
    assert snapshot.rows_quarantined == 0
    assert rows()[25_000] == {"a": 3.7, "b": "007", "c": dt.datetime(2020, 1, 1, 10, 30)}  # noqa: DTZ001


def test_missing_tokens_in_numbers_are_said(read, rows):
    snapshot = read("a,b\n" + "".join(f"{i},x\n" for i in range(50)) + "?,y\n,z\n")
    assert snapshot.columns[0].type == "integer"
    assert snapshot.columns[0].missing == 2
    assert "'?' (1)" in snapshot.columns[0].note
    assert rows()[50] == {"a": None, "b": "y"}


def test_numbers_in_text(read, rows):
    body = "".join(f'"$1,{i:03}.50",{i} %,({i}),"{i},5",{i} km,{i}M\n' for i in range(1, 90))
    snapshot = read("usd,pct,loss,comma,way,size\n" + body)
    assert types(snapshot) == ["number"] * 6
    assert rows()[6] == {
        "usd": 1007.5,
        "pct": 7.0,
        "loss": -7.0,
        "comma": 7.5,
        "way": 7.0,
        "size": 7e6,
    }
    assert [c.unit for c in snapshot.columns] == ["$", "%", None, None, "km", None]


def test_day_and_month(read, rows):
    def days(order):
        return [
            f"{d:02}/{m:02}/2004" if order == "dm" else f"{m:02}/{d:02}/2004"
            for m in range(1, 13)
            for d in (3, 11, 25)
        ]

    snapshot = read("when,n\n" + "".join(f"{d},1\n" for d in days("dm")))
    assert snapshot.columns[0].format == "%d/%m/%Y"
    assert rows()[2]["when"] == dt.date(2004, 1, 25)


def test_ambiguous_dates_stay_text_and_ask(read):
    snapshot = read("when,n\n" + "".join(f"0{d}/0{9 - d}/2004,1\n" for d in (5, 1, 7, 2, 8, 3, 6)))
    assert snapshot.columns[0].type == "text"
    assert "Ambiguous date" in snapshot.columns[0].note


def test_leading_zeros_are_codes(read, rows):
    snapshot = read("zip,n\n" + "".join(f"0{i:04},1\n" for i in range(40)))
    assert snapshot.columns[0].type == "text"
    assert rows()[7]["zip"] == "00007"


def as_excel():
    import openpyxl

    book = openpyxl.Workbook()
    for row in [["name", "age", "paid"], ["Ann", 34, 1.5], ["Bob", 41, 2.25], ["Cid", 29, 3.0]]:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def as_parquet():
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    table = pa.table({"name": ["Ann", "Bob", "Cid"], "age": [34, 41, 29], "paid": [1.5, 2.25, 3.0]})
    pq.write_table(table, sink)
    return sink.getvalue().to_pybytes()


def as_arrow():
    import pyarrow as pa
    from pyarrow import feather

    sink = pa.BufferOutputStream()
    table = pa.table({"name": ["Ann", "Bob", "Cid"], "age": [34, 41, 29], "paid": [1.5, 2.25, 3.0]})
    feather.write_feather(table, sink)
    return sink.getvalue().to_pybytes()


def as_zip():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("data/table.csv", PLAIN)
    return buffer.getvalue()


def as_zstd():
    import zstandard

    return zstandard.compress(PLAIN.encode())


RECORDS = [
    {"name": "Ann", "age": 34, "paid": 1.5},
    {"name": "Bob", "age": 41, "paid": 2.25},
    {"name": "Cid", "age": 29, "paid": 3.0},
]


@pytest.mark.parametrize(
    "make",
    [
        PLAIN.encode,
        lambda: gzip.compress(PLAIN.encode()),
        lambda: bz2.compress(PLAIN.encode()),
        lambda: json.dumps(RECORDS).encode(),
        lambda: "\n".join(map(json.dumps, RECORDS)).encode(),
        as_zip,
        as_zstd,
        as_excel,
        as_parquet,
        as_arrow,
    ],
    ids=["csv", "gzip", "bz2", "json", "jsonl", "zip", "zstd", "xlsx", "parquet", "arrow"],
)
def test_every_format_gives_the_same_bytes(read, rows, make):
    plain = read(PLAIN)
    again = read(make(), name="upload")
    if again.columns[2].type == "integer":  # a sheet knows no difference between 3 and 3.0
        pytest.fail("types differ")
    assert rows() == RECORDS
    assert again.data.sha256 == plain.data.sha256


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"a,b,c\n", "no rows"),
        (b"\n\n  \n", "blank"),
        (bytes(range(256)) * 20, "neither text"),
        (b"PAR1" + b"\0" * 50, "damaged parquet"),
        (b"PK\x03\x04 broken", "damaged zip"),
        (b"\x1f\x8bbroken", "damaged gzip"),
        (b'[{"a": 1}, {"a": ', "damaged json"),
    ],
)
def test_bad_files_are_coded_errors(read, content, words):
    with pytest.raises(PipeWeaveError) as caught:
        read(content)
    assert caught.value.code == "VALIDATION_ERROR"
    assert words in caught.value.message


def test_too_large_before_and_after_unpacking(read):
    with pytest.raises(PipeWeaveError, match="the limit is"):
        read("x" * 2000, max_bytes=1000)
    bomb = gzip.compress(b"1,2,3\n" * 500_000)
    with pytest.raises(PipeWeaveError, match="decompresses to more than"):
        read(bomb, max_uncompressed_bytes=1_000_000)


def test_nothing_is_left_behind(read, tmp_path):
    read(gzip.compress(PLAIN.encode()))
    with pytest.raises(PipeWeaveError):
        read(b"\x1f\x8bbroken")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "upload0"]


def test_files_are_put_under_each_other(read, rows):
    second = "Age,name,extra\n50,Dee,7\n"
    snapshot = read(PLAIN, second)
    assert [c.name for c in snapshot.columns] == ["name", "age", "paid", "extra"]
    assert rows()[3] == {"name": "Dee", "age": 50, "paid": None, "extra": 7}
    assert any("lacks 1 columns: paid" in n for n in snapshot.notes)


def test_same_input_same_document(read):
    assert read(PLAIN).sha256 == read(PLAIN).sha256


def test_hostile_names(read, rows):
    name = 'x"); DROP TABLE raw0; --'
    quoted = name.replace('"', '""')
    snapshot = read(f'"{quoted}","it\'s"\n' + "1,o'neil\n2,b\n3,c\n")
    assert snapshot.columns[0].name == name
    assert rows()[0] == {name: 1, "it's": "o'neil"}


def test_labels_spelled_differently_are_told(read, rows):
    first = "x,income\n" + "1,<=50K\n2,>50K\n" * 5
    second = "x,income\n" + "1,<=50K.\n2,>50K.\n" * 5
    snapshot = read(first, second)
    assert snapshot.rows == 20
    assert {r["income"] for r in rows()} == {"<=50K", ">50K", "<=50K.", ">50K."}
    assert any("'<=50K' and '<=50K.'" in n for n in snapshot.notes)


def test_fixed_width(read, rows):
    lines = [f"{i:04}{'  x y' if i % 3 else '  long'}   {i * 7:>6}  end {i % 2}" for i in range(40)]
    width = max(map(len, lines))
    snapshot = read("\n".join(line.ljust(width) for line in lines) + "\n")
    assert snapshot.dialect.delimiter.startswith("fixed width")
    assert rows()[3] == {
        "column_1": "0003",
        "column_2": "long",
        "column_3": 21,
        "column_4": "end 1",
    }


def test_single_quotes_behind_blanks(read, rows):
    text = "".join(f"{i}.5, icon, 'p{i}', '<b>no. {i}, \"red\"</b>'\n" for i in range(30))
    read(text)
    assert rows()[4] == {
        "column_1": 4.5,
        "column_2": "icon",
        "column_3": "p4",
        "column_4": '<b>no. 4, "red"</b>',
    }


def test_one_word_over_numbers_makes_a_header_of_numbers(read):
    body = "".join(f"{i}.5,{i * 7 % 50}.25,{i}.125\n" for i in range(40))
    named = read("0.0,1.0,target\n" + body)
    assert ([c.name for c in named.columns], named.rows) == (["0.0", "1.0", "target"], 40)
    unnamed = read("0.0,1.0,unknown\n" + body)
    assert ([c.name for c in unnamed.columns][2], unnamed.rows) == ("column_3", 41)


def test_stray_quotes_do_not_join_records(read, rows):
    texts = [f"message {i} {'very ' * (i % 5)}long, or {'not ' * (i % 3)}" for i in range(60)]
    texts[7] = '"so it begins'
    texts[9] = 'and he said "end"'
    texts[30] = '"never closed'
    read("".join(f"{'spam' if i % 3 else 'ham'}\t{t}\n" for i, t in enumerate(texts)))
    assert len(rows()) == 60
    assert [r["column_2"] for r in rows()][7] == '"so it begins'


def test_texts_of_several_lines_with_separators_stay_whole(read, rows):
    texts = ["so, it, was, done\nand, so", "and then,\nwe went, home", 'he said ""no"",\nthen,us']
    body = "".join(f'{i},"{texts[i % 3]}",{i}.5,x{i % 2},{i % 2}\n' for i in range(60))
    snapshot = read("id,said,amount,kind,y\n" + body)
    assert (snapshot.rows_read, snapshot.rows, snapshot.rows_quarantined) == (60, 60, 0)
    assert [r["said"] for r in rows()[:3]] == [t.replace('""', '"') for t in texts]


def test_line_breaks_inside_quotes_stay(read, rows):
    read("note;a;b\n" + "".join(f'"first {i}\nsecond; {i}";{i};x\n' for i in range(20)))
    assert rows()[3] == {"note": "first 3\nsecond; 3", "a": 3, "b": "x"}


def test_a_person_settles_an_ambiguous_date(read, rows):
    text = "when,n\n" + "".join(f"0{d}/0{9 - d}/2004,1\n" for d in (5, 1, 7, 2, 8, 3, 6))
    snapshot = read(text, columns={"when": "date:%d/%m/%Y"})
    assert snapshot.columns[0].type == "date"
    assert rows()[0]["when"] == dt.date(2004, 4, 5)
    with pytest.raises(PipeWeaveError, match="Unknown type"):
        read(text, columns={"when": "date:%Q"})
    unfit = read(text + "x,1\ny,1\nz,1\n", columns={"when": "date:%d/%m/%Y"})
    assert unfit.columns[0].type == "text"
    assert "Not every value matches" in unfit.columns[0].note


def test_a_person_keeps_a_column_as_text(read, rows):
    snapshot = read(PLAIN, columns={"age": "text"})
    assert snapshot.columns[1].type == "text"
    assert rows()[0]["age"] == "34"


def test_only_what_is_said_about_reading_is_read_anew_for():
    columns = {
        "when": ColumnSetting(type="date:%d/%m/%Y", known_at="2024-01-01"),
        "code": ColumnSetting(type="text"),
        "kind": ColumnSetting(type="categorical"),
        "gone": ColumnSetting(drop=True),
    }
    read = ingest_settings(DatasetSettings(mode="append", target="y", columns=columns))
    assert read == DatasetSettings(
        mode="append",
        columns={"when": ColumnSetting(type="date:%d/%m/%Y"), "code": ColumnSetting(type="text")},
    )


def test_infinite_numbers_become_missing_and_are_told(out):
    import pyarrow as pa
    import pyarrow.parquet as pq

    values = [1.5, float("inf"), float("-inf"), float("nan"), None]
    path = out.parent / "f.parquet"
    pq.write_table(pa.table({"a": values, "b": range(5)}), path)
    raw = RawFile(name="f.parquet", sha256="0", size_bytes=path.stat().st_size)
    snapshot = ingest(RawUpload(dataset="d", files=[raw]), [path], out)
    assert snapshot.columns[0].missing == 4
    assert "a: 2 infinite values were stored as missing." in snapshot.notes


def test_notes_below_a_table_are_put_aside(read, rows):
    body = "".join(f"Region {i},{i},{i}.5,x\n" for i in range(12))
    notes = '"Source: Office for National Statistics, 2009",,,\n* provisional,,,\n'
    snapshot = read(f"Name,a,b,c\n{body}{notes}")
    assert (snapshot.rows_read, snapshot.rows, snapshot.rows_quarantined) == (14, 12, 2)
    assert "a note below the table" in " ".join(snapshot.notes)
    assert types(snapshot) == ["text", "integer", "number", "text"]


@pytest.mark.parametrize(
    "last", ["Region 12,,,\n", "A name of four words,1,,\n", "A name of four words,,,\nZ,1,2,x\n"]
)
def test_a_row_that_may_be_data_is_no_note(read, last):
    body = "".join(f"Region {i},{i},{i}.5,x\n" for i in range(12))
    assert read(f"Name,a,b,c\n{body}{last}").rows_quarantined == 0


def test_blanks_around_a_text_go_whatever_stands_beside_them():
    import duckdb

    from pipeweave_dagster.core.ingest.types.type_decisions import trimmed

    texts = ["a", "é", " a", "a ", "\u00a0a", "a\u00a0", "\ta\n", "e\u0301 ", " \u0301", "", " ",
             "日本 ", " 日本", "a b", "~", "!", "\x7f"]  # fmt: skip
    with duckdb.connect() as db:
        db.execute("CREATE TABLE t (c VARCHAR)")
        db.executemany("INSERT INTO t VALUES (?)", [(t,) for t in texts])
        found = [row[0] for row in db.execute(f"SELECT {trimmed('c')} FROM t").fetchall()]
    assert found == [t.strip(" \t\r\n\u00a0") or None for t in texts]


def test_a_first_row_of_usual_values_is_no_second_header(read):
    """`F` alone reads as false: a column of `M` and `F` is half typed, and `M` is no name."""
    rows = [("M", "rents"), *[(sex, own) for sex in "FMF" for own in ("yes", "no", "rents")] * 5]
    body = "".join(f"{sex},flat {i % 3},{own}\n" for i, (sex, own) in enumerate(rows))
    snapshot = read("SEX,HOME,OWNER\n" + body)
    assert [c.name for c in snapshot.columns] == ["SEX", "HOME", "OWNER"]
    assert snapshot.rows == len(rows)
