"""A temporary folder that lives as long as the objects that use it."""

import shutil
import tempfile
import weakref
from pathlib import Path


class ScratchFolder:
    """A temporary folder, deleted when nothing refers to this object any more, or at exit.

    `tempfile.TemporaryDirectory` warns about that; here it is how the folder is meant to end.
    """

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="pipeweave-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)
