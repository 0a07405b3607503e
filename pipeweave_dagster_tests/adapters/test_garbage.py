"""The garbage collector is on again after a pause, whatever ended it."""

import gc
import threading
from pathlib import Path

import pytest

from pipeweave_dagster.adapters.garbage import collection_paused
from pipeweave_dagster.adapters.storage.folder import FolderStorage
from pipeweave_dagster.services.zone_listing import all_uploads


def test_it_is_on_again_after_an_error() -> None:
    with pytest.raises(OSError, match="absent"), collection_paused():
        Path("absent").read_bytes()
    assert gc.isenabled()


def test_two_threads_leave_it_on() -> None:
    inside, leave = threading.Event(), threading.Event()

    def pause() -> None:
        with collection_paused():
            inside.set()
            leave.wait(5)

    with collection_paused():
        thread = threading.Thread(target=pause)
        thread.start()
        assert inside.wait(5)
    assert gc.isenabled()
    leave.set()
    thread.join()
    assert gc.isenabled()


def test_a_collector_that_is_off_stays_off() -> None:
    gc.disable()
    try:
        with collection_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_listing_pauses_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "uploads").mkdir()
    (tmp_path / "uploads" / "a.csv").write_text("a\n1\n")
    seen: list[bool] = []
    monkeypatch.setattr(
        "pipeweave_dagster.services.zone_listing.uploads_in", lambda _: seen.append(gc.isenabled())
    )
    all_uploads(FolderStorage(tmp_path), ["uploads/"], [])
    assert seen == [False]
    assert gc.isenabled()
