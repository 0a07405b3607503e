"""List a folder storage; an entry that is no object is left out and reported."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from pipeweave_dagster.adapters.storage.beneath import ABSENT, opened_folder
from pipeweave_dagster.adapters.storage.keys import Skipped, key_problem, name_problem, printable
from pipeweave_dagster.adapters.storage.protocol import StoredObject, stored_file
from pipeweave_dagster.core.errors import unavailable

_Parts = tuple[str, ...]


def list_folder(root: Path, prefix: str, skipped: list[Skipped] | None) -> Iterator[StoredObject]:
    """Yield the objects whose keys start with the prefix; see `Storage.list`."""
    start = tuple(prefix.split("/")[:-1])
    pending: list[_Parts] = [start]
    while pending:
        parts = pending.pop()
        below = "/".join(parts)
        if parts != start and not f"{below}/".startswith(prefix):
            continue
        try:
            folders, files, left_out = _entries(root, parts)
        except OSError as error:
            _pass_over(error, root, parts, skipped, needed=parts == start)
            continue
        yield from (stored for stored in files if stored.key.startswith(prefix))
        pending += [(*parts, name) for name in reversed(folders)]
        if skipped is not None:
            skipped += left_out


def list_shallow(
    root: Path, prefix: str, skipped: list[Skipped] | None
) -> tuple[list[str], list[StoredObject]]:
    """Return the folders and objects directly below a prefix; see `Storage.shallow`."""
    parts = tuple(part for part in prefix.split("/") if part)
    try:
        folders, files, left_out = _entries(root, parts)
    except OSError as error:
        _pass_over(error, root, parts, skipped, needed=True)
        return [], []
    if skipped is not None:
        skipped += left_out
    return folders, files


def names_of_folders(root: Path, prefix: str) -> tuple[str, ...]:
    """Return the sorted names of the folders directly below a prefix; see `Storage.children`."""
    parts = tuple(part for part in prefix.split("/") if part)
    try:
        return tuple(sorted(_entries(root, parts)[0]))
    except OSError as error:
        _pass_over(error, root, parts, None, needed=True)
        return ()


def _entries(root: Path, parts: _Parts) -> tuple[list[str], list[StoredObject], list[Skipped]]:
    """Return the folders of a folder, its files, and what is neither, all by name."""
    folders: list[str] = []
    files: list[StoredObject] = []
    left_out: list[Skipped] = []
    with opened_folder(root, parts) as folder, os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            key = "/".join((*parts, entry.name))
            problem = name_problem(entry.name) or key_problem(key)
            if entry.name.startswith("."):
                continue
            if problem or entry.is_symlink():
                reason = problem or "links are not followed"
                left_out.append(Skipped(printable(key), reason))
            elif entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
            elif (info := _status(entry)) is not None:
                files.append(stored_file(key, info))
    return folders, files, left_out


def _status(entry: os.DirEntry[str]) -> os.stat_result | None:
    """Return the status of a regular file; None for other things, and if it is gone by now."""
    try:
        info = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    return info if stat.S_ISREG(info.st_mode) else None


def _pass_over(
    error: OSError, root: Path, parts: _Parts, skipped: list[Skipped] | None, *, needed: bool
) -> None:
    """Report a folder that cannot be read, or raise; a missing one counts as empty."""
    if error.errno in ABSENT:
        return
    if skipped is None or needed:
        raise unavailable(
            f"Listing {root.joinpath(*parts)} failed: {error.strerror}.",
            fix="Check that the folder is readable and its disk is mounted.",
        ) from error
    below = "/".join(parts) + "/"
    reason = f"this folder cannot be read ({error.strerror})"
    skipped.append(Skipped(printable(below), reason, unread=below))
