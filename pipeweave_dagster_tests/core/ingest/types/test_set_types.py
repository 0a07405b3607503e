"""What the settings say of a type wins over text and over the types of Parquet and JSON."""

import io
import json
from datetime import date

import pandas as pd
import pytest

from pipeweave_dagster.core.ingest import read_aligned

TEXTS = {
    "codes": (["007", "012", "101"], "integer", [7, 12, 101]),
    "codes beside nulls": (["007", "8", "N/A"], "integer", [7, 8, None]),
    "codes with fractions": (["007", "1", "02.5"], "number", [7.0, 1.0, 2.5]),
    "codes beside words": (["007", "BDL", "101"], "integer", [7, None, 101]),
    "long codes": (["00123456789012345678901", "-07", "1"], "text", None),
    "whole numbers": (["1.0", "2.0", "3"], "integer", [1, 2, 3]),
}


@pytest.mark.pairwise
@pytest.mark.parametrize("type_", ["number", "integer"])
@pytest.mark.parametrize("kind", ["csv", "parquet", "json"])
@pytest.mark.parametrize(("values", "wanted", "found"), TEXTS.values(), ids=TEXTS)
def test_texts_are_read_as_the_numbers_that_the_user_sets(
    read, rows, kind, values, type_, wanted, found
):
    data = pd.DataFrame({"v": values * 4, "n": range(12)})
    file = {
        "csv": lambda: data.to_csv(index=False),
        "parquet": data.to_parquet,
        "json": lambda: data.to_json(orient="records"),
    }[kind]()
    column = read(file, name=f"d.{kind}", columns={"v": type_}).columns[0]
    if values == TEXTS["whole numbers"][0] and type_ == "number":
        wanted = "number"
    assert column.type == wanted
    assert found is None or [row["v"] for row in rows()[:3]] == found
    if values[0] == "007":
        assert "Leading zeros are dropped" in column.note


def test_one_code_beyond_the_sample_changes_no_type(read, rows):
    file = "v,n\n" + "".join(f"{i},x{i}\n" for i in range(12_000)) + "007,x\n"
    column = read(file, columns={"v": "number"}).columns[0]
    assert (column.type, rows()[-1]["v"], len(rows())) == ("integer", 7, 12_001)


def test_a_batch_has_its_leading_zeros_dropped_too(read, rows, tmp_path):
    trained = read("v,n\n" + "007,1\n012,2\n101,3\n" * 5, columns={"v": "number"}).columns
    (tmp_path / "batch").write_text("v,n\n007,1\n0012,2\n5,3\n")
    snapshot = read_aligned(tmp_path / "batch", "b.csv", trained, tmp_path / "out")
    assert ([row["v"] for row in rows()], snapshot.set_missing) == ([7, 12, 5], {})


TYPED = {
    "numbers as text": ([1, 2], "text", "text", "1"),
    "whole floats as text": ([3.0, 2.5], "text", "text", "3"),
    "booleans as text": ([True, False], "text", "text", "true"),
    "dates as text": ([date(2020, 1, 31), date(2021, 1, 1)], "text", "text", "2020-01-31"),
    "numbers as dates": ([20200131, 20201231], "date:%Y%m%d", "date", date(2020, 1, 31)),
    "seconds": ([1.6e9, 1.7e9], "datetime:%s", "datetime", pd.Timestamp("2020-09-13 12:26:40")),
    "whole floats": ([3.0, 2.0], "integer", "integer", 3),
    "dates with a format": ([date(2020, 1, 31)] * 2, "date:%d/%m/%Y", "date", date(2020, 1, 31)),
}


def parquet(values):
    file = io.BytesIO()
    pd.DataFrame({"v": [*values] * 6, "n": range(6 * len(values))}).to_parquet(file)
    return file.getvalue()


@pytest.mark.parametrize(("values", "set_", "type_", "first"), TYPED.values(), ids=TYPED)
def test_typed_columns_get_the_type_that_the_user_sets(read, rows, values, set_, type_, first):
    snapshot = read(parquet(values), name="d.parquet", columns={"v": set_})
    assert (snapshot.columns[0].type, rows()[0]["v"]) == (type_, first)


def test_numbers_of_json_as_text(read, rows):
    text = json.dumps([{"v": i, "n": i} for i in range(12)])
    read(text, name="d.json", columns={"v": "text"})
    assert rows()[1]["v"] == "1"


REFUSED = {
    "booleans": (
        [True, False],
        "number",
        "boolean",
        "but the file stores boolean: 'false' (6), 'true'",
    ),
    "dates": ([date(2020, 1, 1)], "integer", "date", "but the file stores date: '2020-01-01' (6)"),
    "fractions": (
        [1.5, 2.0],
        "integer",
        "number",
        "the type integer, but the file stores number: '1.5' (6)",
    ),
    "no date": (
        [1, 2],
        "date:%Y%m%d",
        "integer",
        "sets the type date:%Y%m%d, but the file stores integer",
    ),
    "times": ([pd.Timestamp("2020-01-01 10:00")], "date:%Y-%m-%d", "datetime", "the type date,"),
}


@pytest.mark.parametrize(("values", "set_", "type_", "note"), REFUSED.values(), ids=REFUSED)
def test_what_a_type_cannot_be_is_said_with_values(read, values, set_, type_, note):
    snapshot = read(parquet(values), name="d.parquet", columns={"v": set_})
    assert snapshot.columns[0].type == type_
    assert note in " ".join(snapshot.notes)
