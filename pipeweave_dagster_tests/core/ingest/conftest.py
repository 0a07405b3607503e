"""Shorthands to read made-up files."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeweave_dagster.core.documents import (
    ColumnSetting,
    DatasetSettings,
    DatasetSnapshot,
    RawFile,
    RawUpload,
    ReadSetting,
)
from pipeweave_dagster.core.ingest import IngestLimits, ingest

Read = Callable[..., DatasetSnapshot]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.fixture
def read(tmp_path: Path, out: Path) -> Read:
    def read_(
        *contents: bytes | str,
        name: str = "data.csv",
        columns: dict | None = None,
        read: ReadSetting | None = None,
        **limits: int,
    ) -> DatasetSnapshot:
        paths = []
        for i, content in enumerate(contents):
            path = tmp_path / f"upload{i}"
            path.write_bytes(content.encode() if isinstance(content, str) else content)
            paths.append(path)
        files = [
            RawFile(name=f"{i}{name}" if i else name, sha256="0", size_bytes=p.stat().st_size)
            for i, p in enumerate(paths)
        ]
        settings = DatasetSettings(
            columns={
                k: v if isinstance(v, ColumnSetting) else ColumnSetting(type=v)
                for k, v in (columns or {}).items()
            },
            read=read,
        )
        upload = RawUpload(dataset="d", files=files, settings=settings)
        return ingest(upload, paths, out, IngestLimits(**limits))

    return read_


@pytest.fixture
def rows(out: Path) -> Callable[[], list[dict]]:
    import pyarrow.parquet as pq

    return lambda: pq.read_table(out / "data.parquet").to_pylist()
