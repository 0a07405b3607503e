"""Arrow arrays are made and read without pandas."""

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.arrow_values import array_of_numbers, array_of_texts, numbers_of


@settings(deadline=None)
@given(st.lists(st.none() | st.text(), max_size=40))
def test_texts_come_back(texts):
    array = array_of_texts(texts)
    array.validate(full=True)
    assert array.equals(pa.array(texts, pa.string()))


@pytest.mark.parametrize("kind", ["int8", "int32", "int64", "uint16", "float32", "float64"])
@pytest.mark.parametrize("values", [[], [1], [3, None, 5, 7]])
def test_numbers_come_back_from_any_part_of_an_array(kind, values):
    array = pa.array(values, kind)
    for part in (array, array.slice(1)):
        known = [value is not None for value in part.to_pylist()]
        assert numbers_of(part)[known].tolist() == part.drop_null().to_pylist()


def test_numbers_become_an_array():
    for dtype in (np.int32, np.int64):
        assert array_of_numbers(np.array([3, -4], dtype)).to_pylist() == [3, -4]


READ = """
import sys
from pathlib import Path
from pipeweave_dagster.core.documents import DatasetSettings, RawFile, RawUpload
from pipeweave_dagster.core.eda import build_report
from pipeweave_dagster.core.ingest import ingest
from pipeweave_dagster.core.schema import deduce
folder = Path(sys.argv[1])
days = [f"2024-01-{i % 28 + 1:02}" for i in range(60)]
lines = [f"{i}.5,{'ab'[i % 2]},{day},n {i}" for i, day in enumerate(days)]
(folder / "a.csv").write_text("\\n".join(["size,town,day,note", *lines]))
raw = RawFile(name="a.csv", sha256="0" * 64, size_bytes=1)
(folder / "out").mkdir()
snapshot = ingest(RawUpload(dataset="a", files=[raw]), [folder / "a.csv"], folder / "out")
schema = deduce(snapshot, folder / "out/data.parquet", DatasetSettings())
build_report("a", snapshot, schema, folder / "out/data.parquet", folder)
print(sorted({"pandas", "scipy", "sklearn"} & set(sys.modules)))
"""


def test_a_small_table_is_read_and_reported_without_heavy_imports(tmp_path):
    command = [sys.executable, "-c", READ, str(tmp_path)]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "[]"
