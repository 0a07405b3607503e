"""Whole numbers beyond 2^53 and 2^63 keep every digit, from every format."""

import io
import json
from decimal import Decimal

import pytest

pytestmark = pytest.mark.slow  # the file with all its variants

FIRST = {
    "53 bits": 2**53 + 1,
    "18 digits": 10**17 + 1,
    "19 digits": 1482218195625938949,
    "64 bits": 2**64 - 60,
    "20 digits": 89314404000123456707,
    "30 digits": 10**29 + 7,
}
FORMATS = ["csv", "semicolons", "json", "jsonl", "xlsx", "parquet", "feather"]


def ids(first, rows, missing):
    return [None if missing and i % missing == 0 else first + i for i in range(rows)]


def arrow(values):
    import pyarrow as pa

    largest = max(v for v in values if v is not None)
    wide = pa.decimal128(38, 0) if largest >= 2**64 else pa.uint64()
    return pa.table({
        "id": pa.array([v and (Decimal(v) if largest >= 2**64 else v) for v in values],
                       pa.int64() if largest < 2**63 else wide),
        "v": list(range(len(values))),
    })  # fmt: skip


def content(values, format_):
    buffer = io.BytesIO()
    texts = ["" if v is None else str(v) for v in values]
    if format_ in {"csv", "semicolons"}:
        mark = "," if format_ == "csv" else ";"
        lines = (f"{t}{mark}{i}\n" for i, t in enumerate(texts))
        return (f"id{mark}v\n" + "".join(lines)).encode()
    if format_ == "json":
        return json.dumps([{"id": v, "v": i} for i, v in enumerate(values)]).encode()
    if format_ == "jsonl":
        return "".join(json.dumps({"id": v, "v": i}) + "\n" for i, v in enumerate(values)).encode()
    if format_ == "xlsx":
        import openpyxl

        book = openpyxl.Workbook()
        book.active.append(["id", "v"])
        for i, text in enumerate(texts):
            book.active.append([text or None, i])
        book.save(buffer)
    elif format_ == "parquet":
        import pyarrow.parquet as pq

        pq.write_table(arrow(values), buffer)
    else:
        from pyarrow import feather

        feather.write_feather(arrow(values), buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("kind", FIRST)
def test_every_digit_is_kept(kind, format_, read, rows):
    values = ids(FIRST[kind], 40, missing=5)
    name = f"a.{'csv' if format_ == 'semicolons' else format_}"
    snapshot = read(content(values, format_), name=name)
    found = [row["id"] for row in rows()]
    if FIRST[kind] < 2**63:
        assert found == values
        assert snapshot.columns[0].type == "integer"
    else:
        assert found == [v if v is None else str(v) for v in values]
        assert snapshot.columns[0].type == "text"
        assert "no digit is lost" in snapshot.columns[0].note
    assert snapshot.columns[0].missing == 8


@pytest.mark.parametrize("rows_", [5, 5000])
def test_one_huge_id_among_others_changes_none(rows_, read, rows):
    values = [str(2**53 + 1 + 2 * i) for i in range(rows_)]
    values[rows_ // 2] = str(2**63)
    snapshot = read("id,v\n" + "".join(f"{v},{i}\n" for i, v in enumerate(values)))
    assert snapshot.rows_quarantined == 0
    assert [row["id"] for row in rows()] == values


def test_whole_numbers_that_a_float_changes_stay_text_beside_fractions(read, rows):
    values = ["0.5", "9007199254740993", "1.25", "9007199254740995"] * 10
    read("x,y\n" + "".join(f"{v},{i}\n" for i, v in enumerate(values)))
    assert [row["x"] for row in rows()] == values
    text = json.dumps([{"x": json.loads(v)} for v in values])
    read(text, name="a.json")
    assert [str(row["x"]) for row in rows()] == values


def test_floats_as_programs_write_them_stay_numbers(read, rows):
    values = ["1e+20", "12345678901234567000", "0.1", "1234567890123456.8", "9512345678901234.0"]
    snapshot = read("x,y\n" + "".join(f"{v},{i}\n" for i, v in enumerate(values * 4)))
    assert snapshot.columns[0].type == "number"
    assert [row["x"] for row in rows()[:5]] == [float(v) for v in values]


def test_fractions_with_more_digits_than_a_float_are_rounded_with_a_note(read, rows):
    snapshot = read("x,y\n" + "".join(f"0.{'3' * 25}{i},{i}\n" for i in range(9)))
    assert snapshot.columns[0].type == "number"
    assert "rounded to the nearest float" in snapshot.columns[0].note
    assert rows()[0]["x"] == 1 / 3


def test_grouped_digits_beyond_a_float_stay_text(read, rows):
    values = [f"9,223,372,036,854,775,{i:03}" for i in range(20)]
    read(json.dumps([{"id": v} for v in values]), name="a.json")
    assert [row["id"] for row in rows()] == values


def test_files_with_floats_and_with_large_whole_numbers_are_combined_exactly(read, rows):
    import pyarrow as pa

    files = []
    for values in (pa.array([2**53 + 1, 2**53 + 3]), pa.array([0.5, 1.5])):
        buffer = io.BytesIO()
        import pyarrow.parquet as pq

        pq.write_table(pa.table({"id": values}), buffer)
        files.append(buffer.getvalue())
    read(*files, name="a.parquet")
    assert [row["id"] for row in rows()][:2] == [str(2**53 + 1), str(2**53 + 3)]
