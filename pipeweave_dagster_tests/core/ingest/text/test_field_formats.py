"""Lines with types, formats and widths of fields below the names are neither names nor rows."""

import pytest

from pipeweave_dagster.core.ingest.text.layout import detect_layout
from pipeweave_dagster.core.ingest.text.records import TextDialect, parse_records
from pipeweave_dagster.services.reading_text import reading_lines

NAMES = ["agency_cd", "site_no", "taken", "69928_00060"]
NOTATIONS = {
    "rdb": ["5s", "15s", "10d", "14n"],
    "fortran": ["A5", "I8", "A10", "F8.2"],
    "repeated": ["5A1", "1I8", "2A10", "E12.4"],
    "spss": ["A5", "N8", "ADATE10", "COMMA8.2"],
    "sas": ["$5.", "8.", "DATE9.", "COMMA12.2"],
    "c": ["%5s", "%08d", "%-10s", "%8.2lf"],
    "sql": ["varchar(20)", "int4", "timestamp with time zone", "NUMERIC(10,2) NOT NULL"],
    "oracle": ["VARCHAR2(20 BYTE)", "NUMBER(8)", "DATE", "NUMBER"],
    "lower": ["a5", "i8", "a10", "f8.2"],
}
QUOTED = {",": '"NUMERIC(10,2) NOT NULL"'}


def body(count=20):
    return [
        ["USGS", f"{1646500 + i:08}", f"2024-04-{i + 1:02}", f"{9 + i / 8}"] for i in range(count)
    ]


def text_of(*lines, delimiter="\t"):
    written = [[QUOTED.get(delimiter, c) if "," in c else c for c in line] for line in lines]
    return "".join(delimiter.join(line) + "\n" for line in written)


@pytest.mark.pairwise
@pytest.mark.parametrize("comments", [0, 2, 60])
@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
@pytest.mark.parametrize("formats", NOTATIONS.values(), ids=NOTATIONS)
def test_formats_below_the_names_are_no_names(formats, delimiter, comments):
    above = "".join(f"# about the data: part {i}\n" for i in range(comments))
    text = above + text_of(NAMES, formats, *body(30), delimiter=delimiter)
    layout = detect_layout(parse_records(text, TextDialect(delimiter)))
    assert (layout.names, layout.preamble, layout.annotations) == (NAMES, comments, 1)


@pytest.mark.parametrize("formats", NOTATIONS.values(), ids=NOTATIONS)
def test_formats_are_left_out_and_named(read, rows, formats):
    snapshot = read("# of one survey only\n" + text_of(NAMES, formats, *body()))
    assert [c.name for c in snapshot.columns] == NAMES
    assert [c.type for c in snapshot.columns] == ["text", "text", "date", "number"]
    assert (snapshot.rows, len(rows())) == (20, 20)
    [_, line] = snapshot.left_out
    assert (line.line, line.kind) == (3, "units or descriptions")


@pytest.mark.parametrize("formats", [NOTATIONS["rdb"], NOTATIONS["fortran"], NOTATIONS["sql"]])
@pytest.mark.parametrize("first", [True, False])
def test_units_may_stand_above_or_below_the_formats(read, formats, first):
    lines = [formats, ["", "", "", "ft3/s"]]
    snapshot = read(text_of(NAMES, *(lines if first else lines[::-1]), *body()))
    assert [c.name for c in snapshot.columns] == NAMES
    assert [line.line for line in snapshot.left_out] == [2, 3]
    assert (snapshot.dialect.header_rows, snapshot.dialect.described_rows) == (3, 2)
    [shown, *_] = reading_lines(snapshot.model_dump(mode="json"))
    assert "header rows 1 (2 lines below describe the columns)" in shown
    assert snapshot.rows == 20


@pytest.mark.parametrize(
    "formats", [["5s", "15s", "8s"], ["A10", "A20", "A5"], ["$5.", "$20.", "$8."]]
)
def test_formats_above_texts_alone(read, formats):
    words = ["red", "green", "blue", "grey"]
    made = [[f"x{words[i % 4]}", words[i % 3], words[-1 - i % 4]] for i in range(20)]
    snapshot = read(text_of(["kind", "colour", "shade"], formats, *made))
    assert [c.name for c in snapshot.columns] == ["kind", "colour", "shade"]
    assert (snapshot.rows, len(snapshot.left_out)) == (20, 1)


@pytest.mark.parametrize(
    "codes",
    [
        [["A10", "F8"], ["A11", "F2"], ["A10", "F4"], ["D3", "I7"]],  # seats
        [["5s", "15s"], ["7s", "12s"], ["6s", "2m"], ["6s", "19s"]],  # durations
        [["8.2", "7."], ["8.25", "7.5"], ["3.1", "2.0"], ["9.9", "1."]],
        [["date", "text"], ["int", "text"], ["date", "char"], ["int", "int"]],  # a dictionary
    ],
)
def test_values_that_look_like_formats_are_rows(read, codes):
    snapshot = read(text_of(["place", "other"], *codes * 4))
    assert (snapshot.rows, snapshot.left_out) == (16, [])


@pytest.mark.parametrize("formats", ["I5 F8.2 A10", "%d %f %s", "int float varchar(10)"])
def test_formats_in_a_comment_below_names_in_a_comment(read, formats):
    made = "".join(f"{i} {i / 4 + 1:.2f} x{'abc'[i % 3]}\n" for i in range(20))
    snapshot = read(f"# run height kind\n# {formats}\n{made}")
    assert [c.name for c in snapshot.columns] == ["run", "height", "kind"]
    assert snapshot.rows == 20


def test_a_batch_finds_its_names_above_formats():
    records = parse_records(text_of(NAMES, NOTATIONS["rdb"], *body(3)), TextDialect("\t"))
    layout = detect_layout(records, expected_names=tuple(NAMES))
    assert (layout.names, layout.preamble, layout.header) == (NAMES, 0, 2)
