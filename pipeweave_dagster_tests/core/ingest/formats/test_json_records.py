"""JSON documents of any usual shape give their records, with notes on what is left out."""

import json
import tempfile
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.documents import RawFile, RawUpload
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import ingest, ingest_as_text, read_aligned
from pipeweave_dagster.core.ingest.formats.json_records import find_records

pytestmark = pytest.mark.slow  # the file with all its variants

RECORDS = [{"id": i, "v": i * 1.5, "c": "ab"[i % 2]} for i in range(40)]
FRAME = pd.DataFrame(RECORDS)


def read_json(read, data, name="upload", **dumps):
    return read(json.dumps(data, **dumps), name=name)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    "envelope",
    [
        lambda r: r,
        lambda r: {"results": r},
        lambda r: {"results": r, "meta": {"page": 1, "pages": 7}, "next": "p2"},
        lambda r: {"data": {"items": r, "total": 40}},
        lambda r: {"hits": {"total": {"value": 40}, "hits": r}},
        lambda r: {"a": {"b": {"c": r}}, "errors": []},
        lambda r: [{"page": 1, "pages": 1}, r],
        lambda r: {"small": [{"x": 1}], "big": r},
    ],
    ids=["list", "results", "pages", "data.items", "hits", "deep", "in list", "largest"],
)
def test_envelopes(read, rows, envelope, indent):
    snapshot = read_json(read, envelope(RECORDS), indent=indent)
    assert rows() == RECORDS
    assert snapshot.rows == 40


def test_what_lies_beside_the_records_is_named(read):
    snapshot = read_json(read, {"results": RECORDS, "meta": {"page": 1}, "next": "p2"})
    rest = "Beside the rows there is also: 'meta.page', 'next'."
    expected = f"The rows are the records in 'results'. {rest}"
    assert expected in snapshot.notes


@pytest.mark.parametrize("orient", ["columns", "split", "records", "index", "table"])
@pytest.mark.parametrize("count", [1, 5, 40])
def test_the_orients_of_pandas(read, rows, orient, count):
    read(FRAME[:count].to_json(orient=orient), name="frame.json")
    assert rows() == RECORDS[:count]


@pytest.mark.parametrize("orient", ["columns", "split", "index", "table"])
def test_a_filtered_frame_has_no_row_lost(read, rows, orient):
    read(FRAME[FRAME.id % 3 == 1].to_json(orient=orient), name="frame.json")
    assert [r["id"] for r in rows()] == list(range(1, 40, 3))


def test_labels_of_records_become_a_column(read, rows):
    ages = {"Ann": {"age": 34, "city": "Rome"}, "Bob": {"age": 41, "city": "Oslo"}}
    read_json(read, ages)
    assert rows() == [{"key": k, **v} for k, v in ages.items()]


@pytest.mark.parametrize("beside", [{"meta": {"page": 1}}, {"status": "ok"}])
def test_labelled_records_in_an_envelope(read, rows, beside):
    series = {f"2021-01-{i:02d}": {"open": i * 1.5, "close": i} for i in range(1, 9)}
    snapshot = read_json(read, {**beside, "series": series})
    assert len(rows()) == 8
    assert [c.name for c in snapshot.columns] == ["key", "open", "close"]
    left = next(iter(beside))
    rest = f"Beside the rows there is also: {left!r}."
    assert f"The rows are the records in 'series'. {rest}" in snapshot.notes


def test_columns_with_named_rows_keep_the_names(read, rows):
    read(FRAME.set_index(pd.Index([f"row {i}" for i in range(40)])).to_json())
    assert rows()[3] == {"index": "row 3", **RECORDS[3]}


@pytest.mark.parametrize("suffix", ["json", "data"])
def test_lists_of_cells_with_a_header(read, rows, suffix):
    cells = [list(RECORDS[0]), *[list(r.values()) for r in RECORDS]]
    read_json(read, cells, name=f"x.{suffix}")
    assert rows() == RECORDS


def test_lists_of_texts_with_a_header(read, rows):
    read_json(read, [["name", "state"], ["Alabama", "01"], ["Alaska", "02"]])
    assert [r["name"] for r in rows()] == ["Alabama", "Alaska"]


def test_lists_of_cells_without_a_header(read, rows):
    read_json(read, [[1, "a"], [2, "b"]])
    assert rows() == [{"column_1": 1, "column_2": "a"}, {"column_1": 2, "column_2": "b"}]


@pytest.mark.parametrize(
    "document",
    [
        {"columns": ["id", "v", "c"], "rows": [list(r.values()) for r in RECORDS]},
        {
            "meta": {"view": {"columns": [{"name": "id"}, {"name": "v"}, {"name": "c"}]}},
            "data": [list(r.values()) for r in RECORDS],
        },
        {"id": [r["id"] for r in RECORDS], "v": [r["v"] for r in RECORDS], "c": ["a", "b"] * 20},
    ],
    ids=["columns and rows", "named in the metadata", "lists"],
)
def test_columnar_documents(read, rows, document):
    read_json(read, document)
    assert rows() == RECORDS


def test_geojson_features_are_rows(read, rows):
    features = [
        {
            "type": "Feature",
            "id": i,
            "geometry": {"type": "Point", "coordinates": [1.5, i]},
            "properties": {"name": f"p{i}", "pop": i * 10},
        }
        for i in range(5)
    ]
    read_json(read, {"type": "FeatureCollection", "features": features}, name="x.geojson")
    assert rows()[2] == {
        "name": "p2",
        "pop": 20,
        "id": 2,
        "geometry.type": "Point",
        "geometry.coordinates": "[1.5, 2]",
    }


@pytest.mark.parametrize(
    "document", [[], {}, {"results": []}, {"data": {"items": []}, "count": 0}, {"a": [], "b": []}]
)
def test_documents_without_records(read, document):
    with pytest.raises(PipeWeaveError, match=r"holds no records|are empty"):
        read_json(read, document, name="x.json")


def test_an_empty_list_in_a_record_is_a_cell(read, rows):
    read_json(read, {"age": 34, "tags": []})
    assert rows() == [{"age": 34, "tags": "[]"}]


def test_one_object_is_one_row(read, rows):
    for indent in (None, 2):
        read_json(read, {"age": 34, "tags": ["a", "b"], "home": {"city": "Rome"}}, indent=indent)
        assert rows() == [{"age": 34, "tags": '["a", "b"]', "home.city": "Rome"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("lines", [False, True])
def test_encodings(read, rows, encoding, lines):
    records = [{"name": "Zoë", "city": "Köln"}, {"name": "Ann", "city": "Rome"}] * 4
    text = (
        "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records)
        if lines
        else json.dumps(records, ensure_ascii=False)
    )
    read(text.encode(encoding), name="x.json")
    assert rows() == records


@pytest.mark.pairwise
@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
@pytest.mark.parametrize("bad", ["{broken", '{"id": 3, "v": ', "oops", '["a"]', "7"])
@pytest.mark.parametrize("at", [0, 1, 20, 39])
def test_a_bad_line_is_quarantined_and_named(read, rows, end, bad, at):
    lines = [json.dumps(r) for r in RECORDS]
    lines[at] = bad
    snapshot = read(end.join(lines) + end, name="x.jsonl")
    assert (snapshot.rows, snapshot.rows_quarantined, snapshot.rows_read) == (39, 1, 40)
    assert rows() == [r for i, r in enumerate(RECORDS) if i != at]
    line = at + 1 if end != "\n\n" else 2 * at + 1
    assert any(f"line {line}: not" in n for n in snapshot.notes)


def test_a_bad_line_of_a_batch_keeps_its_row(tmp_path, read):
    columns = read("id\n1\n2\n3\n").columns
    (tmp_path / "b.jsonl").write_text('{"id": 1}\n{oops\n{"id": 3}\n')
    folder = tmp_path / "batch"
    folder.mkdir()
    snapshot = read_aligned(tmp_path / "b.jsonl", "b.jsonl", columns, folder)
    stored = pq.read_table(folder / "data.parquet")["id"].to_pylist()
    assert (snapshot.rows, stored) == (3, [1, None, 3])
    assert any("line 2: not JSON" in n for n in snapshot.notes)


def test_a_bad_line_is_named_in_the_clean_text(tmp_path):
    (tmp_path / "b.jsonl").write_text('{"id": 1}\n{oops\n{"id": 3}\n')
    folder = tmp_path / "text"
    folder.mkdir()
    table = ingest_as_text(tmp_path / "b.jsonl", "b.jsonl", folder)
    assert (folder / "data.csv").read_text().split() == ["id", "1", "3"]
    assert any("line 2: not JSON" in n for n in table.notes)


def test_lines_of_lists(read, rows):
    read('["id", "v"]\n[1, 2.5]\n[2, 3.5]\n', name="x.jsonl")
    assert len(rows()) in {2, 3}


def test_long_first_lines_are_lines(read, rows):
    records = [{"id": i, "text": "word " * 3000} for i in range(4)]
    read("\n".join(map(json.dumps, records)))
    assert [r["id"] for r in rows()] == [0, 1, 2, 3]


def test_objects_over_several_lines_one_after_the_other(read, rows):
    read("\n".join(json.dumps(r, indent=1) for r in RECORDS))
    assert rows() == RECORDS


@pytest.mark.parametrize("lines", [False, True])
def test_whole_numbers_keep_every_digit(read, rows, lines):
    ids = [9007199254740993 + 2 * i for i in range(20)]
    records = [{"id": n, "mixed": n if i else 0.5} for i, n in enumerate(ids)]
    text = "\n".join(map(json.dumps, records)) if lines else json.dumps(records)
    read(text, name="x.json")
    assert [int(r["id"]) for r in rows()] == ids


def test_numbers_of_any_length_are_parsed(read):
    long = "1" * 5000
    snapshot = read('[{"n": ' + long + ', "k": 1}, {"n": 2, "k": 2}]', name="x.json")
    assert snapshot.rows == 2


def test_repeated_keys_are_reported(read):
    snapshot = read('[{"a": 1, "a": 2}, {"a": 3}]', name="x.json")
    assert "1 repeated key within a JSON object; the last value of each was kept." in snapshot.notes


def test_half_surrogate_pairs_are_reported(read, rows):
    snapshot = read('[{"a": "x\\ud800y"}, {"a": "z"}]', name="x.json")
    assert rows()[0]["a"] == "x\ufffdy"
    assert any("half a surrogate pair" in n for n in snapshot.notes)


@pytest.mark.parametrize("content", ["[" * 200_000, '{"a":' * 200_000, '[{"a": ' + "[" * 100_000])
def test_deep_nesting_is_a_coded_error(read, content):
    with pytest.raises(PipeWeaveError, match=r"nested too deeply|damaged|holds no"):
        read(content, name="x.json")


def test_names_that_collide_keep_their_values(read, rows):
    read_json(read, [{"a.b": 1, "a": {"b": 2}, "A.B": 3}])
    assert list(rows()[0].values()) == [1, 2, 3]


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": 404, "message": "Not here"}},
        {"message": "Not Found", "documentation_url": "https://example.org", "status": "404"},
        {"detail": "Not authenticated"},
        {"errors": [{"message": "no such field"}]},
        {"cells": [{"source": []}], "nbformat": 4, "metadata": {}},
    ],
)
def test_error_messages_and_notebooks_are_refused(read, body):
    with pytest.raises(PipeWeaveError, match=r"error message of a server|notebook"):
        read_json(read, body, name="x.json")


_NAMES = st.text("abcdefgh_ é", min_size=1, max_size=6).filter(str.strip)
_CELLS = {
    "integer": st.integers(-(2**53), 2**53),
    "number": st.floats(-1e9, 1e9).map(lambda v: round(v, 6) + 0.5),
    "boolean": st.booleans(),
    "text": st.text("xyzé -", min_size=1, max_size=6).map(lambda t: f"w{t}w"),
}


@st.composite
def _frames(draw):
    names = draw(st.lists(_NAMES, min_size=2, max_size=5, unique_by=lambda n: " ".join(n.split())))
    kinds = [draw(st.sampled_from(sorted(_CELLS))) for _ in names]
    count = draw(st.integers(2, 12))
    return [
        {n: draw(st.none() | _CELLS[k]) for n, k in zip(names, kinds, strict=True)}
        for _ in range(count)
    ]


def _columns(records):
    return {n: {str(i): r[n] for i, r in enumerate(records)} for n in records[0]}


_SHAPES = {
    "records": lambda r: r,
    "columns": _columns,
    "index": lambda r: {str(i): v for i, v in enumerate(r)},
    "split": lambda r: {
        "columns": list(r[0]),
        "index": list(range(len(r))),
        "data": [list(v.values()) for v in r],
    },
    "lists": lambda r: {n: [v[n] for v in r] for n in r[0]},
    "envelope": lambda r: {"data": {"rows": r}, "page": 1},
}


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(_frames(), st.sampled_from(sorted(_SHAPES)), st.sampled_from([None, 1]))
def test_any_table_in_any_shape_comes_back(records, shape, indent):
    document = json.loads(json.dumps(_SHAPES[shape](records)))
    assert find_records(document, "x").rows == records
    with tempfile.TemporaryDirectory() as name:
        path, out = Path(name) / "upload", Path(name) / "out"
        path.write_text(json.dumps(document, indent=indent))
        out.mkdir()
        file = RawFile(name="x.json", sha256="0", size_bytes=1)
        snapshot = ingest(RawUpload(dataset="d", files=[file]), [path], out)
    assert snapshot.rows == len(records)
    assert [c.original_name for c in snapshot.columns] == list(records[0])


@settings(max_examples=50, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
        ),
        max_leaves=25,
    ),
    st.sampled_from(["x.json", "x.jsonl", "x"]),
)
def test_any_document_gives_rows_or_a_coded_error(document, name):
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "upload", Path(folder) / "out"
        path.write_text(json.dumps(document), encoding="utf-8")
        out.mkdir()
        upload = RawUpload(dataset="d", files=[RawFile(name=name, sha256="0", size_bytes=1)])
        try:
            snapshot = ingest(upload, [path], out)
        except PipeWeaveError:
            return
        assert snapshot.rows_read == snapshot.rows + snapshot.rows_quarantined


WHY = {
    '{"a": 1, "b": "x': "the text that begins at column 15 has no closing quote",
    '{"a": 1 "b": 2}': "a comma or a closing bracket is missing at column 9",
    '{"a" 1}': "the colon between name and value is missing at column 6",
    "{a: 1}": "a name in double quotes is missing at column 2",
    '{"a": }': "a value is missing at column 7",
    '{"a": 1} x': "the record ends before column 10, where something else follows",
    '{"a": "x\\q"}': "a backslash at column 9 escapes nothing that JSON knows",
}


@pytest.mark.parametrize(("line", "why"), WHY.items())
def test_what_is_wrong_with_a_line_is_said_in_words(read, line, why):
    text = "".join(f'{{"a": {i}, "b": "y"}}\n' for i in range(30))
    snapshot = read(f"{text}{line}\n", name="x.jsonl")
    assert f"line 31: not JSON: {why}" in " ".join(snapshot.notes)


def test_what_is_wrong_with_a_document_is_said_with_its_line(read):
    with pytest.raises(PipeWeaveError, match="in line 2, a comma or a closing bracket is missing"):
        read('[{"a": 1},\n {"a": 2} {"a": 3}]', name="x.json")


def test_features_one_per_line(read):
    point = {"type": "Point", "coordinates": [1.5, 2]}
    lines = [{"type": "Feature", "properties": {"v": i}, "geometry": point} for i in range(3)]
    snapshot = read("".join(json.dumps(line) + "\n" for line in lines), name="x.geojsonl")
    assert [c.name for c in snapshot.columns][:2] == ["v", "geometry.type"]
