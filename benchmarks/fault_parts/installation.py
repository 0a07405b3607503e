"""A running `pipeweave dev` that gets uploads, and what has become of them."""

import contextlib
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeweave_dagster.adapters.state import DocumentStore, Head
from pipeweave_dagster.adapters.storage import Storage
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster_tests.integration.wholeness import KINDS
from pipeweave_dagster_tests.servers import graphql
from pipeweave_dagster_tests.servers.faulty_proxy import FaultyProxy
from pipeweave_dagster_tests.servers.process import wait_until
from pipeweave_dagster_tests.servers.workbench import Dev

_NOISE = random.Random(17)
_UNDER_WAY, _ENDED = {"STARTING", "STARTED"}, {"SUCCESS", "FAILURE", "CANCELED"}
_IDLE_S = 120.0
_VERSION, _PARTITION = "pipeweave/upload_version", "dagster/partition"


def _table() -> bytes:
    """150 rows, whose column d can be predicted in part."""
    rows = ["a,b,c,d"]
    for number in range(150):
        a, b, noise = (_NOISE.gauss(0, 1) for _ in range(3))
        rows.append(f"{a:.3f},{b:.3f},x{number % 3},{a + number % 3 + noise:.2f}")
    return "\n".join(rows).encode()


@dataclass
class Installation:
    """`pipeweave dev`, its storage as it really is, and the proxies before its servers."""

    dev: Dev
    storage: Storage
    folder: Path
    given: dict[str, str]
    stack: contextlib.ExitStack
    number: int = 0
    proxies: dict[str, FaultyProxy] = field(default_factory=dict)
    trained: set[str] = field(default_factory=set)
    dropped: Counter[str] = field(default_factory=Counter)

    def drop(self, dataset: str, *, trains: bool = False, content: bytes | None = None) -> None:
        """Put a table into the landing zone; without `trains` it gets no model."""
        self.dropped[dataset] += 1
        if trains:
            self.trained.add(dataset)
        target = f"target: {'d' if dataset in self.trained else 'none'}\n"
        self.storage.put(f"uploads/{dataset}/pipeweave.yaml", target.encode())
        self.storage.put(f"uploads/{dataset}/t.csv", content or _table())

    def head(self, dataset: str) -> Head | None:
        """The published state of a data set."""
        return DocumentStore(self.storage, self.folder / "view").head(dataset)

    def is_lost(self, dataset: str) -> bool:
        """Whether a data set has not been published with all that it was to get."""
        try:
            head = self.head(dataset)
        except PipeWeaveError:
            return True
        last = "model_evaluation" if dataset in self.trained else "findings"
        return head is None or last not in head.entries

    def under_way(self) -> set[str]:
        """The data sets whose runs are under way."""
        runs = graphql.runs(self.dev.dagster)
        return {r["tags"].get(_PARTITION, "") for r in runs if r["status"] in _UNDER_WAY}

    def unfinished(self) -> bool:
        """Whether any run is queued or under way."""
        return any(r["status"] not in _ENDED for r in graphql.runs(self.dev.dagster))

    def doubles(self, names: list[str]) -> list[str]:
        """Data sets that have too many successful runs, or more models than uploads."""
        wait_until(self._responds, 180, why=self.dev.tail, every=1)
        runs = [r for r in graphql.runs(self.dev.dagster) if r["status"] == "SUCCESS"]
        succeeded = Counter((r["tags"].get(_PARTITION), r["tags"].get(_VERSION)) for r in runs)
        twice = {name for (name, _), number in succeeded.items() if number > 1}
        return [n for n in names if n in twice or self._models(n) > self.dropped[n]]

    def story(self, names: set[str]) -> list[str]:
        """The runs of some data sets, a line each, with their tags."""
        runs = [r for r in graphql.runs(self.dev.dagster) if r["tags"].get(_PARTITION) in names]
        return [f"{r['tags'][_PARTITION]} {r['runId'][:8]} {r['status']} {r['tags']}" for r in runs]

    def _models(self, dataset: str) -> int:
        return sum(1 for _ in self.storage.list(f"datasets/{dataset}/models/"))

    def _responds(self) -> bool:
        try:
            graphql.runs(self.dev.dagster)
        except OSError:
            return False
        return True

    def broken(self, names: list[str]) -> list[str]:
        """Published documents and files that are missing or not whole."""
        with tempfile.TemporaryDirectory() as cache:
            store = DocumentStore(self.storage, Path(cache))
            return [text for name in names for text in self._broken(store, name)]

    @staticmethod
    def _broken(store: DocumentStore, dataset: str) -> Iterator[str]:
        head = store.head(dataset)
        for asset, entry in head.entries.items() if head else ():
            try:
                document = store.load(entry.document, KINDS[asset])
                for payload in document.payloads():
                    store.payload(payload)
            except PipeWeaveError as error:
                yield f"{dataset}: {asset}: {error.text}"

    def seconds_until_all(self, names: list[str], hit: set[str], limit_s: float) -> float:
        """Wait until every data set is published; return when the last that was hit was."""
        began, recovered = time.monotonic(), 0.0
        busy = began
        while (now := time.monotonic()) - began < limit_s and now - busy < _IDLE_S:
            left = {dataset for dataset in names if self.is_lost(dataset)}
            if left & hit:
                recovered = now - began
            if not left:
                break
            if self._responds() and self.unfinished():
                busy = time.monotonic()
            time.sleep(2)
        time.sleep(5)  # what would start twice has time to do so
        return recovered
