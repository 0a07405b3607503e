"""What the settings list as missing is missing in the typed table, whatever its form."""

import io
import json
from datetime import date, time

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeweave_dagster.core.documents import ColumnSetting
from pipeweave_dagster.core.ingest import batch_fast_path, read_aligned

CASES = {
    "integers": (["-200", "5", "7"], ["-200"], "integer"),
    "numbers": (["-200", "5.5", "7"], ["-200"], "number"),
    "numbers in another form": (["-200.0", "5.5", "-2e2"], ["-200"], "number"),
    "thousands": (['"1,999"', '"2,345.5"', '"12,000"'], ["1999"], "number"),
    "dates": (["01.01.1900", "31.12.2020", "13.05.2021"], ["01.01.1900"], "date"),
    "with a word": (["-200", "5", "n/a"], ["-200", "n/a"], "integer"),
    "texts": (["?", "S", "C"], ["?"], "text"),
    "texts with blanks and quotes": ([" 'n.d.' ", "S", "C d"], ["'n.d.'", "x"], "text"),
    "zero": (["0.0", "5.5", "7.25"], ["0"], "number"),
}


@pytest.mark.parametrize(("values", "missing", "type_"), CASES.values(), ids=CASES)
def test_listed_values_are_missing(read, rows, values, missing, type_):
    file = "v,n\n" + "".join(f"{values[i % 3]},{i}\n" for i in range(30))
    snapshot = read(file, columns={"v": ColumnSetting(missing=missing)})
    column = snapshot.columns[0]
    found = [row["v"] is None for row in rows()[:3]]
    assert (column.type, found[0], found[1]) == (type_, True, False)
    assert column.missing == 10 * sum(found)
    assert "Stored as missing" in column.note


def test_values_that_are_not_listed_stay(read):
    column = read("v,n\n-200,1\n5,2\n", columns={"v": ColumnSetting(missing=["-20", "x'"])})
    assert column.columns[0].missing == 0


DAYS = pd.Timestamp("1900-01-01"), pd.Timestamp("2020-01-01 08:00")
D = date(1900, 1, 1), date(2020, 12, 31)
TYPED = {
    "integers": ([-200, 5], ["-200"], "integer"),
    "integers beyond floats": ([2**60 + 1, 2**60], [str(2**60 + 1)], "integer"),
    "numbers": ([-200.0, 5.5], ["-200"], "number"),
    "numbers in another form": ([-200.0, 5.5], ["-2e2", "n.d."], "number"),
    "dates": (D, ["1900-01-01"], "date"),
    "dates in another form": (D, ["01.01.1900"], "date"),
    "times of a day": (DAYS, ["1900-01-01"], "datetime"),
    "times": ([time(0, 0), time(9, 30)], ["00:00"], "time"),
    "booleans": ([False, True], ["False"], "boolean"),
}


def parquet(values):
    file = io.BytesIO()
    pq.write_table(pa.table({"v": [*values] * 15, "n": range(30)}), file)
    return file.getvalue()


@pytest.mark.parametrize(("values", "missing", "type_"), TYPED.values(), ids=TYPED)
def test_listed_values_of_typed_files_are_missing(read, rows, values, missing, type_):
    columns = {"v": ColumnSetting(missing=missing)}
    snapshot = read(parquet(values), name="d.parquet", columns=columns)
    column = snapshot.columns[0]
    assert [row["v"] for row in rows()[:2]] == [None, values[1]]
    assert (column.type, column.missing, column.missing_values) == (type_, 15, missing)
    assert f"v: Stored as missing in a column of type {type_}" in " ".join(snapshot.notes)


def test_a_date_that_may_be_two_is_none(read):
    columns = {"v": ColumnSetting(missing=["01/02/1900"])}
    snapshot = read(
        parquet([date(1900, 1, 2), date(1900, 2, 1)]), name="d.parquet", columns=columns
    )
    assert snapshot.columns[0].missing == 0


def test_numbers_of_json_are_missing(read, rows):
    text = json.dumps([{"v": -200.0, "w": True}, {"v": 5.5, "w": False}] * 9)
    columns = {"v": ColumnSetting(missing=["-200"]), "w": ColumnSetting(missing=["true"])}
    read(text, name="d.json", columns=columns)
    assert rows()[:2] == [{"v": None, "w": None}, {"v": 5.5, "w": False}]


BATCHES = {
    "csv": lambda rows: pd.DataFrame(rows).to_csv(index=False).encode(),
    "json": lambda rows: json.dumps(rows, default=str).encode(),
    "parquet": lambda rows: pd.DataFrame(rows).to_parquet(),
}
BATCH = [{"v": -200.0, "d": "01.01.1900", "n": 1}, {"v": 7.5, "d": "05.01.2021", "n": -1}] * 3


TEXT_BATCH = [{"v": "n.d.", "n": "x"}, {"v": "S", "n": "-1"}] * 3


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("kind", BATCHES)
def test_texts_are_missing_in_a_batch(read, rows, tmp_path, monkeypatch, kind, fast):
    if fast:
        monkeypatch.setattr(batch_fast_path, "is_large", lambda _: True)
    columns = {"v": ColumnSetting(missing=["n.d."]), "n": ColumnSetting(missing=["-1", "7"])}
    trained = read("v,n\n" + "S,x\nC,y\nn.d.,-1\n" * 9, columns=columns).columns
    assert [(c.type, c.missing) for c in trained] == [("text", 9), ("text", 9)]
    (tmp_path / "batch").write_bytes(BATCHES[kind](TEXT_BATCH))
    snapshot = read_aligned(tmp_path / "batch", f"batch.{kind}", trained, tmp_path / "out")
    assert rows()[:2] == [{"v": None, "n": "x"}, {"v": "S", "n": None}]
    assert (snapshot.set_missing, [c.missing for c in snapshot.columns]) == ({}, [3, 3])


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("kind", ["csv", "parquet", "json"])
def test_they_are_missing_in_a_batch(read, rows, tmp_path, monkeypatch, kind, fast):
    if fast:
        monkeypatch.setattr(batch_fast_path, "is_large", lambda _: True)
    file = "v,d,n\n" + "".join(
        f"{i}.5,{i:02}.03.2020,{i}\n-200,01.01.1900,-1\n" for i in range(9, 29)
    )
    listed = {"v": "-200", "d": "01.01.1900", "n": "-1"}
    columns = {name: ColumnSetting(missing=[value]) for name, value in listed.items()}
    trained = read(file, columns=columns).columns
    (tmp_path / "batch").write_bytes(BATCHES[kind](BATCH))
    snapshot = read_aligned(tmp_path / "batch", f"batch.{kind}", trained, tmp_path / "out")
    assert rows()[:2] == [
        {"v": None, "d": None, "n": 1},
        {"v": 7.5, "d": date(2021, 1, 5), "n": None},
    ]
    assert (snapshot.set_missing, [c.missing for c in snapshot.columns]) == ({}, [3, 3, 3])
