"""Rules of a small table: text of a CSV file in, its suite out."""

import pytest

from pipeweave_dagster.core.documents import DatasetSettings, RawFile, RawUpload
from pipeweave_dagster.core.expectations import propose
from pipeweave_dagster.core.ingest import ingest
from pipeweave_dagster.core.schema import deduce


@pytest.fixture
def suite_of(tmp_path):
    def suite_of_(text, **settings):
        path, out = tmp_path / "f.csv", tmp_path / "out"
        out.mkdir(exist_ok=True)
        path.write_text(text)
        upload = RawUpload(dataset="d", files=[RawFile(name="f.csv", sha256="0", size_bytes=1)])
        snapshot = ingest(upload, [path], out)
        schema = deduce(snapshot, out / "data.parquet", DatasetSettings(**settings))
        return propose(snapshot, schema, out / "data.parquet", "d")

    return suite_of_


@pytest.fixture
def rules_of(suite_of):
    """The rules on one column, by type."""

    def rules_of_(text, column, **settings):
        rules = suite_of(text, **settings)["expectations"]
        of_column = [r for r in rules if r["kwargs"].get("column") == column]
        return {r["type"].removeprefix("expect_column_"): r for r in of_column}

    return rules_of_
