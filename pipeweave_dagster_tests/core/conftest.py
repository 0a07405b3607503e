"""A shorthand: text of a CSV file in, its snapshot, Parquet file and schema out."""

from itertools import count
from types import SimpleNamespace

import pytest

from pipeweave_dagster.core.documents import DatasetSettings, RawFile, RawUpload
from pipeweave_dagster.core.ingest import ingest
from pipeweave_dagster.core.schema import deduce


@pytest.fixture
def version(tmp_path):
    numbers = count()

    def version_(text, **settings):
        folder = tmp_path / f"v{next(numbers)}"
        folder.mkdir()
        path, out = folder / "f", folder / "out"
        out.mkdir()
        path.write_text(text)
        upload = RawUpload(dataset="d", files=[RawFile(name="f.csv", sha256="0", size_bytes=1)])
        snapshot = ingest(upload, [path], out)
        data = out / "data.parquet"
        schema = deduce(snapshot, data, DatasetSettings(**settings))
        return SimpleNamespace(snapshot=snapshot, data=data, schema=schema)

    return version_
