"""The commit of the project that PipeWeave runs in, read without Git."""

import re
from pathlib import Path

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def git_commit(folder: Path) -> str | None:
    """Return the commit that is checked out in a folder or one above it, None where there is none.

    Changes that are not committed are not seen.
    """
    for place in (folder, *folder.parents):
        try:
            found = _commit_of(place / ".git")
        except (OSError, UnicodeDecodeError):
            continue
        if found is not None:
            return found
    return None


def _commit_of(git: Path) -> str | None:
    if git.is_file():  # of a worktree or submodule: names its folder
        git = (git.parent / git.read_text().removeprefix("gitdir:").strip()).resolve()
    head = (git / "HEAD").read_text().strip()
    if not head.startswith("ref:"):
        return _checked(head)
    name = head.removeprefix("ref:").strip()
    shared = git / "commondir"
    folders = [git, (git / shared.read_text().strip()).resolve()] if shared.exists() else [git]
    for folder in folders:
        if (file := folder / name).is_file():
            return _checked(file.read_text().strip())
        packed = folder / "packed-refs"
        for line in packed.read_text().splitlines() if packed.is_file() else ():
            commit, _, reference = line.partition(" ")
            if reference == name:
                return _checked(commit)
    return None


def _checked(text: str) -> str | None:
    return text if _COMMIT.fullmatch(text) else None
