"""A target that a waiting file does not have is refused before anything lands."""

import pytest

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.options_check import can_be_checked, check_waiting_upload
from pipeweave_dagster.services.receive import uploads_of
from pipeweave_dagster.services.upload_previews import keep_upload
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings


def test_a_target_is_looked_up_in_the_file(home, tmp_path):
    path, settings = tmp_path / "t.csv", Settings()
    path.write_text("x,kind\n" + "1,a\n2,b\n" * 50)
    with Workbench(settings) as bench:
        upload_id = keep_upload(bench.store, settings, "new", "t.csv", path)
        with pytest.raises(PipeWeaveError, match=r"'nope' is not a column.* x, kind") as refused:
            check_waiting_upload(bench, upload_id, {"target": "nope"})
        assert refused.value.details["columns"] == ["x", "kind"]
        assert uploads_of(bench.store, "new") == []
        for chosen in ({"target": "kind"}, {"target": "none"}):
            check_waiting_upload(bench, upload_id, chosen)


def test_only_what_waits_and_is_not_large_is_read(home, tmp_path, monkeypatch):
    path, settings = tmp_path / "t.csv", Settings()
    path.write_text("x,y\n1,2\n")
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    upload_id = keep_upload(store, settings, "new", "t.csv", path)
    assert can_be_checked(store, upload_id, {"target": "y"})
    assert not can_be_checked(store, upload_id, {"metric": "rmse"})
    monkeypatch.setattr("pipeweave_dagster.services.options_check.LARGEST_READ", 7)
    assert not can_be_checked(store, upload_id, {"target": "y"})
    with pytest.raises(PipeWeaveError, match="no such upload"):
        can_be_checked(store, "0" * 32, {"target": "y"})
