"""The example row of a model is written as its training data is: reading it reports nothing."""

import csv
import io

import pandas as pd
import pytest

from pipeweave_dagster.adapters.mlflow_store.pyfunc_model import typical_row
from pipeweave_dagster.core.documents import RawFile, RawUpload, TrainedModel
from pipeweave_dagster.core.ingest import ingest
from pipeweave_dagster.core.ingest.types.batch_forms import reading_of
from pipeweave_dagster.core.model.read_frame import read_frame
from pipeweave_dagster.core.prediction.what_if import model_inputs

KINDS = {
    "clock": ("time", ["09:05", "17:30", "08:15", ""]),
    "seconds": ("time", ["09:05:07", "17:30:00", "08:15:59"]),
    "parts": ("time", ["09:05:07.250", "17:30:00.125", "08:15:59.5"]),
    "half_days": ("time", ["09:05 AM", "5:30 PM", "8:15 AM"]),
    "german": ("date", ["31.12.2024", "01.02.2023", "17.03.2024"]),
    "american": ("date", ["12/31/2024", "02/01/2023", "03/17/2024"]),
    "short_year": ("date", ["31.12.68", "01.02.70", "17.03.24"]),
    "named": ("date", ["31 December 2024", "1 February 2023", "17 March 2024"]),
    "quarter": ("date", ["2024 Q1", "2024 Q2", "2023 Q4"]),
    "month": ("date", ["2024-01", "2024-02", "2023-12"]),
    "zoned": ("datetime", ["2024-03-01T10:00:00+02:00", "2024-03-02T11:00:00+02:00"]),
    "minutes": ("datetime", ["31.12.2024 09:05", "01.02.2023 17:30"]),
    "american_time": ("datetime", ["12/31/2024 9:05 AM", "02/01/2023 5:30 PM"]),
    "midnight": ("datetime", ["2024-12-31 24:00", "2024-12-31 23:00", "2024-12-30 23:00"]),
    "comma": ("number", ["3,25", "17,5", "1.204,75"]),
    "gaps": ("number", ["1 203,25", "17,5", "2 204,75"]),
    "euro": ("number", ["1.203,25 €", "17,50 €", "3,00 €"]),
    "percent": ("number", ["12.5 %", "3.1 %", "99 %"]),
    "large": ("number", ["$1.2M", "$3.5M", "$800K"]),
    "bounds": ("number", ["0.5", "1.5", "2.25", "<0.1"]),
    "whole": ("integer", ["3", "17", "", "12"]),
    "truth": ("boolean", ["true", "false", "true"]),
    "words": ("text", ["ja", "nein", "ja"]),
    "duration": ("text", ["PT1H30M", "PT45M", "PT2H"]),
    "code": ("text", ["00123", "00456", "00123"]),
}  # fmt: skip


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """All kinds in one file, as the training reads it."""
    file, out = tmp_path_factory.mktemp("file") / "file.csv", tmp_path_factory.mktemp("out")
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(KINDS)
    writer.writerows([cells[i % len(cells)] for _, cells in KINDS.values()] for i in range(60))
    file.write_text(text.getvalue(), encoding="utf-8")
    raw = RawFile(name="file.csv", sha256="0", size_bytes=file.stat().st_size)
    snapshot = ingest(RawUpload(dataset="d", files=[raw]), [file], out)
    names = [column.name for column in snapshot.columns]
    model = TrainedModel.model_construct(
        columns=snapshot.columns, features=names, table=names, target="y", read=None, hidden=[]
    )
    return model, out / "data.parquet"


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_row_is_read_without_a_note(trained, kind):
    model, rows = trained
    (column,) = [c for c in model.columns if c.name == kind]
    assert column.type == KINDS[kind][0], column.format
    example = typical_row(rows, model)[kind]
    shown = [i.typical for i in model_inputs(rows, model) if i.name == kind]
    stored = pd.read_parquet(rows, columns=[kind])[kind]
    for value in (example, *shown):
        read = read_frame(reading_of(model), pd.DataFrame([{kind: value}], dtype=object))
        assert read.notes == [], value
        if value is example:
            assert read.rows[kind].iloc[0] in set(stored.dropna()), value


@pytest.mark.parametrize("kind", ["clock", "german", "named", "minutes"])
def test_it_looks_as_the_file_does(trained, kind):
    model, rows = trained
    cells = KINDS[kind][1]
    example = typical_row(rows, model)[kind]
    assert example.lstrip("0") in {cell.lstrip("0") for cell in cells}
