"""Storages to try, each empty: a folder, and two real S3 servers."""

from pathlib import Path

import pytest

from pipeweave_dagster.adapters.storage import Storage, open_storage
from pipeweave_dagster.adapters.storage.folder import FolderStorage
from pipeweave_dagster.settings import Settings


@pytest.fixture(
    params=[
        "folder",
        *(
            pytest.param(name, marks=[pytest.mark.server, pytest.mark.xdist_group(name)])
            for name in ("s3_server", "moto_server")
        ),
    ]
)
def any_storage(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Storage:
    """One storage per kind of store."""
    if request.param == "folder":
        return FolderStorage(tmp_path / "storage")
    server = request.getfixturevalue(request.param)
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    return open_storage(Settings())
