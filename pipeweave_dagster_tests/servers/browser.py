"""A real browser: the distribution's chromium, driven by Playwright."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FAILED = pytest.StashKey[bool]()
"""In the stash of a test that has failed; conftest.py puts it there."""
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic"]
_FLAGS += ["--no-first-run", "--disable-background-networking", "--disable-component-update"]
_FLAGS += ["--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.*"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A Playwright browser without network but this machine; installed where that is possible."""
    if (_find() or _install()) is None:
        pytest.skip("no chromium, and it could not be installed (as root: apt install chromium)")
    with opened_browser() as chromium:
        yield chromium


@contextlib.contextmanager
def opened_browser() -> Iterator[Any]:
    """The browser of this machine, which must have one."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=_find(), args=_FLAGS)
        yield chromium
        chromium.close()


def keep_picture_of_failure(page: Any, test: pytest.Item, path: Path, **options: bool) -> None:
    """Keep what a page shows at the end of a test that failed: drawing it takes most of a second.

    Args:
        page: The page, still open.
        test: The test, such as `request.node` of a fixture.
        path: Where the picture is written.
        options: Further options of Playwright.
    """
    if test.stash.get(FAILED, False):
        page.screenshot(path=path, **options)


def _find() -> str | None:
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def _install() -> str | None:
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"]
    for arguments in (["update", "-qq"], install):
        subprocess.run(
            ["apt-get", *arguments],
            check=False,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=280,
        )
    return _find()
