"""Which folders of a bucket hold an object: some servers, as SeaweedFS, list empty ones too."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

_TRUSTED_S = 600.0
_AT_ONCE = 8


class FilledFolders:
    """Looks into each folder once, and again after ten minutes or a deletion below it.

    Args:
        holds: Whether there is an object below a prefix; one request.
        clock: Seconds that never go back.
    """

    def __init__(
        self, holds: Callable[[str], bool], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._holds, self._clock = holds, clock
        self._filled: dict[str, float] = {}
        self._lock = threading.Lock()

    def among(self, prefix: str, names: Sequence[str]) -> tuple[str, ...]:
        """Return those of the folders directly below a prefix that hold an object, in order."""
        now = self._clock()
        with self._lock:
            known = {f for f, at in self._filled.items() if now - at < _TRUSTED_S}
        folders = {name: f"{prefix}/{name}/" for name in names}
        unknown = [folder for folder in folders.values() if folder not in known]
        if unknown:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                found = pool.map(self._holds, unknown)
                filled = {f for f, holds in zip(unknown, found, strict=True) if holds}
            with self._lock:
                self._filled |= dict.fromkeys(filled, now)
            known |= filled
        return tuple(name for name, folder in folders.items() if folder in known)

    def forget(self, key: str) -> None:
        """Look again into the folders of an object that is deleted."""
        with self._lock:
            for folder in [f for f in self._filled if key.startswith(f)]:
                del self._filled[folder]
