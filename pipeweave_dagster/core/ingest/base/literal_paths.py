"""Paths as DuckDB takes them literally, whatever names files and folders have.

DuckDB reads `data[1].parquet` as a pattern, which may match other files, and a folder `a=b` as a
column; its escapes do not cover all names, and names beside the file can disturb it. So a file with
such a path is read through a link with a plain name.
"""

import re
import shutil
import tempfile
from pathlib import Path

from pipeweave_dagster.core.ingest.base.sql_quoting import literal

_PLAIN = re.compile(r"/[A-Za-z0-9_./-]*")


class LiteralPaths:
    """Gives files plain names for as long as a workspace lives.

    Args:
        folder: Folder of the workspace, in which the links are if its own path is plain.
    """

    def __init__(self, folder: Path) -> None:
        self._links: dict[Path, Path] = {}
        self._elsewhere: tempfile.TemporaryDirectory[str] | None = None
        self.folder = folder.resolve() / "links"
        if is_plain(folder):
            self.folder.mkdir()
        else:
            usual = Path(tempfile.gettempdir())
            place = usual if is_plain(usual) else Path("/var/tmp")  # noqa: S108 - mkdtemp is safe
            self._elsewhere = tempfile.TemporaryDirectory(prefix="pipeweave-", dir=place)
            self.folder = Path(self._elsewhere.name).resolve()

    def sql(self, path: Path) -> str:
        """Return a quoted path that DuckDB reads as this file and no other."""
        return literal(str(path.resolve() if is_plain(path) else self._link(path.resolve())))

    def close(self) -> None:
        """Remove the links that are not in the workspace."""
        if self._elsewhere is not None:
            self._elsewhere.cleanup()

    def _link(self, real: Path) -> Path:
        if real not in self._links:
            link = self.folder / f"file{len(self._links)}"
            if "\\" in str(real):  # DuckDB takes it for a slash when it checks where a link leads
                shutil.copyfile(real, link)
            else:
                link.symlink_to(real)
            self._links[real] = link
        return self._links[real]


def is_plain(path: Path) -> bool:
    """Return whether a path has no character that has a meaning to DuckDB."""
    return _PLAIN.fullmatch(str(path.resolve())) is not None
