"""What a user of a running `pipeweave dev` puts into its landing zone, and what comes of it."""

import os
import time
from pathlib import Path
from typing import Any

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.landing import Upload, uploads_in
from pipeweave_dagster.lib.partitions import UPLOAD_VERSION_TAG
from pipeweave_dagster.lib.retrain_requests import is_unchanged
from pipeweave_dagster.services.retraining import retrain_state
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.servers.process import wait_until
from pipeweave_dagster_tests.servers.workbench import Dev

FINISHED = {"SUCCESS", "FAILURE", "CANCELED"}
_FOLDERS = ("uploads", "predict", "labels")


class LandingZone:
    """The storage of an installation whose storage is a folder."""

    def __init__(self, dev: Dev) -> None:
        self.dev, home = dev, Path(dev.env["PIPEWEAVE_HOME"])
        self.settings = Settings(home=home, storage=str(home / "storage"))
        self.store = DocumentStore(open_storage(self.settings), home / "cache")

    def put(self, key: str, text: str) -> None:
        """Put a complete file into the landing zone."""
        path = self.settings.storage_folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        stamp = time.time() - 60
        os.utime(path, (stamp, stamp))

    def runs_of(self, dataset: str, key: str) -> list[dict[str, Any]]:
        """The runs that were started for a file, the newest first."""
        return [run for run in self.dev.runs(dataset) if key in run["tags"].values()]

    def settle(self, dataset: str, seconds: float) -> None:
        """Wait until every file has been read, and nothing is under way or due.

        A model that is due stays so while there is nothing new to learn from: then until the
        schedule has seen that.
        """
        wait_until(lambda: self._settled(dataset), seconds, why=self.dev.tail, every=3)

    def _settled(self, dataset: str) -> bool:
        runs = self.dev.runs(dataset)
        failed = [run for run in runs if run["status"] in {"FAILURE", "CANCELED"}]
        assert not failed, f"{failed}\n{self.dev.tail()}"
        read = {run["tags"].get(UPLOAD_VERSION_TAG) for run in runs}
        under_way = any(run["status"] not in FINISHED for run in runs)
        waiting = any(file.version not in read for file in self._files(dataset))
        return not under_way and not waiting and not self._is_due(dataset)

    def _files(self, dataset: str) -> list[Upload]:
        """The newest file of each kind, and all that are scored: each version has its run.

        Files of the other kinds that arrive together have one run, and so has a file that is
        replaced before it was seen.
        """
        kinds = [self.store.storage.list(f"{folder}/{dataset}/") for folder in _FOLDERS]
        uploads, scored, labels = (
            [u for u in uploads_in(objects) if not u.is_settings] for objects in kinds
        )
        return [*uploads[-1:], *scored, *labels[-1:]]

    def _is_due(self, dataset: str) -> bool:
        """Whether the schedule has yet to start a retraining, or to say why it does not."""
        state = retrain_state(self.store, dataset, self.settings, time.time())
        head = self.store.head(dataset)
        if state is None or state.due is None or head is None:
            return False
        return not (is_unchanged(self.store, head, self.settings) and state.skipped)
