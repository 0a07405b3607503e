"""The commit is that of Git itself, in each form of a repository."""

import subprocess
from pathlib import Path

import pytest

from pipeweave_dagster.adapters.git_commit import git_commit


def git(folder: Path, *words: str) -> str:
    settings = [
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@t.example",
        "-c",
        "init.defaultBranch=main",
    ]
    done = subprocess.run(
        ["git", *settings, *words], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "below").mkdir(parents=True)
    git(folder, "init", "-q")
    git(folder, "commit", "-q", "--allow-empty", "-m", "first")
    return folder


def test_the_commit_of_a_branch_of_packed_refs_of_a_detached_head_and_of_a_worktree(
    project: Path, tmp_path: Path
) -> None:
    commit = git(project, "rev-parse", "HEAD")
    assert git_commit(project / "below") == commit
    git(project, "pack-refs", "--all")
    assert git_commit(project) == commit
    git(project, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    git(tmp_path / "side", "commit", "-q", "--allow-empty", "-m", "second")
    assert git_commit(tmp_path / "side") == git(tmp_path / "side", "rev-parse", "HEAD") != commit
    git(project, "checkout", "-q", "--detach")
    assert git_commit(project) == commit


def test_without_a_repository_or_with_a_damaged_one_there_is_none(tmp_path: Path) -> None:
    assert git_commit(tmp_path) is None
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main")
    assert git_commit(tmp_path) is None
    (tmp_path / ".git" / "HEAD").write_bytes(b"\xff\xfe")
    assert git_commit(tmp_path) is None
