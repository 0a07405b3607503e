"""The list of data sets; only entries that have changed are computed again."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import DatasetEntry
from pipeweave_dagster.services.dataset_problems import contained
from pipeweave_dagster.services.model_aliases import recorded
from pipeweave_dagster.services.overview import entry_of
from pipeweave_dagster.web.paging import Page, page_of

THREADS = 8
_State = tuple[object, ...]


class Listing:
    """One entry per data set, cached; three small reads show whether it is still current.

    A full entry takes about ten reads, which is slow over S3 with hundreds of data sets.
    """

    def __init__(self, store: DocumentStore) -> None:
        self._store = store
        self._known: dict[str, tuple[_State, DatasetEntry]] = {}

    def entries(self) -> list[DatasetEntry]:
        """Return the entries of all data sets, sorted by name."""
        return self._entries(self._store.datasets())

    def page(
        self, number: int, seen: Callable[[Sequence[str]], Sequence[str]] = lambda names: names
    ) -> Page[DatasetEntry]:
        """Return one page of the entries, and read no others; the nearest if there is no such.

        Args:
            number: Of the page, from 1.
            seen: Returns those of some names that are listed.
        """
        known = self._store.datasets()
        for gone in {*self._known} - {*known}:
            self._known.pop(gone, None)
        shown = page_of(seen(known), number)
        return Page(self._entries(shown.entries), shown.number, shown.pages, shown.total)

    def _entries(self, names: Sequence[str]) -> list[DatasetEntry]:
        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(self._entry, names))

    def _entry(self, name: str) -> DatasetEntry:
        state: _State = ("unreadable",)
        with contained(name):
            state = self._state(name)
        known = self._known.get(name)
        if known is not None and known[0] == state:
            return known[1]
        entry = entry_of(self._store, name)
        self._known[name] = (state, entry)
        return entry

    def _state(self, name: str) -> _State:
        head, attempt = self._store.head(name), self._store.attempt(name)
        published = (head.run_id, head.moved_at) if head else ("", 0.0)
        last = (attempt.run_id, attempt.state) if attempt else ("", "")
        aliases = recorded(self._store, name) or {}
        return (*published, *last, *sorted(aliases.items()))
