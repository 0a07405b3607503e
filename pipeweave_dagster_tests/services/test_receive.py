"""A run finds the uploads of its data set without listing those of all others."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage.folder import FolderStorage
from pipeweave_dagster.services.receive import choose, settings_of


def test_only_the_folders_of_the_data_set_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = DocumentStore(FolderStorage(tmp_path / "storage"), tmp_path / "cache")
    for key in ("sales-q1/a.csv", "Sales Q1/b.csv", "Sales Q1.csv", "other/c.csv", "x/y/z.csv"):
        store.storage.put(f"uploads/{key}", b"a\n1\n")
    store.storage.put("uploads/sales-q1/pipeweave.yaml", b"target: a\n")
    listed: list[str] = []
    real = FolderStorage.list

    def counted(self: FolderStorage, prefix: str, *rest: Any) -> Iterator[Any]:
        listed.append(prefix)
        return real(self, prefix, *rest)

    monkeypatch.setattr(FolderStorage, "list", counted)
    found = choose(store, "sales-q1", None, "append")
    assert sorted(upload.key for upload in found) == [
        "uploads/Sales Q1.csv",
        "uploads/Sales Q1/b.csv",
        "uploads/sales-q1/a.csv",
    ]
    assert settings_of(store, "sales-q1").target == "a"
    assert set(listed) == {"uploads/Sales Q1/", "uploads/sales-q1/"}
