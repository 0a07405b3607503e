"""The champion in memory; a promotion or rollback replaces it while the server works."""

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.errors import PipeWeaveError, unavailable
from pipeweave_dagster.core.prediction import HeldRows, policy_of
from pipeweave_dagster.services.champion import with_alias
from pipeweave_dagster.services.model_aliases import aliases_of
from pipeweave_dagster.services.model_versions import load_version
from pipeweave_dagster.services.privacy_key import key_of_model
from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster.services.workbench import Workbench

if TYPE_CHECKING:
    from pipeweave_dagster.core.prediction.score_rows import RowScorer

_log = logging.getLogger(__name__)
_POLL_S = 2.0
_REGISTRY_S = 30.0


@dataclass(frozen=True)
class Served:
    """A version that is served, and the settings of the data set that it was loaded with."""

    version: str
    settings: DatasetSettings
    scorer: "RowScorer"


class FollowedChampion:
    """The champion of a data set, as of at most two seconds ago.

    The storage says which version it is; MLflow, where somebody may have moved the alias, is asked
    twice a minute.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
    """

    def __init__(self, workbench: Workbench, dataset: str) -> None:
        self._workbench, self.dataset = workbench, dataset
        self._served: Served | None = None
        self._problem = ""
        self._asked = float("-inf")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="champion", daemon=True)

    def start(self) -> None:
        """Load the champion, and follow its alias from now on."""
        self.refresh()
        self._thread.start()

    def stop(self) -> None:
        """Follow the alias no longer."""
        self._stop.set()
        self._thread.join()

    @property
    def current(self) -> Served:
        """The champion.

        Raises:
            PipeWeaveError: SERVICE_UNAVAILABLE if there is none, with the reason.
        """
        if self._served is None:
            raise unavailable(
                self._problem or f"{self.dataset!r} has no champion model.",
                fix="See GET /health; the server follows the next champion by itself.",
            )
        return self._served

    def state(self) -> dict[str, Any]:
        """Return the reply of `/health`."""
        served = self._served
        return {
            "state": "ok" if served else "red",
            "dataset": self.dataset,
            "version": served.version if served else None,
            "problem": self._problem,
        }

    def refresh(self) -> None:
        """Load the champion if it is another version, or if the settings have changed."""
        try:
            self._refresh()
            self._problem = ""
        except PipeWeaveError as error:
            self._note(error.text)
        except Exception as error:  # noqa: BLE001 - the version before is still served
            self._note(f"The champion could not be loaded: {type(error).__name__}.")

    def _refresh(self) -> None:
        store = self._workbench.store
        if time.monotonic() - self._asked > _REGISTRY_S:
            self._asked = time.monotonic()
            with_alias(self._workbench, self.dataset, "champion")
        version = aliases_of(store, self.dataset).get("champion")
        if version is None:  # the registry and the storage answered, and know of none
            self._served = None
            raise unavailable(f"{self.dataset!r} has no champion model.", fix="Train one first.")
        settings = settings_of(store, self.dataset)
        served = self._served
        if served is None or (served.version, served.settings) != (version, settings):
            self._served = Served(version, settings, self._load(version, settings))
            _log.info("serving version %s of %s", version, self.dataset)

    def _load(self, version: str, settings: DatasetSettings) -> "RowScorer":
        from pipeweave_dagster.core.prediction.loaded_model import LoadedModel
        from pipeweave_dagster.core.prediction.score_rows import RowScorer

        store = self._workbench.store
        trained, _ = load_version(store, self.dataset, version)
        held = HeldRows(
            test_rows=store.payload(trained.test_rows), reference=store.payload(trained.reference)
        )
        policy = policy_of(settings, trained)
        loaded = LoadedModel(store.payload(trained.model), trained, policy, held)
        return RowScorer(loaded, key_of_model(self._workbench.settings, settings, trained))

    def _note(self, problem: str) -> None:
        if problem != self._problem:
            _log.warning("%s", problem)
        self._problem = problem

    def _follow(self) -> None:
        while not self._stop.wait(_POLL_S):
            self.refresh()
