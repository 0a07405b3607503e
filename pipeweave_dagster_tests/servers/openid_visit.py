"""A visit to the provider of `openid_provider.py`: the process, and its two pages filled in."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import httpx

from pipeweave_dagster_tests.servers.openid_provider import PASSWORD
from pipeweave_dagster_tests.servers.process import answers, running

_MODULE = "pipeweave_dagster_tests.servers.openid_provider"
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?')


def issuer_at(port: int) -> str:
    """The address by which the provider on a port is configured."""
    return f"http://127.0.0.1:{port}/o"


@contextmanager
def provider(port: int, secret: str, pages: str, folder: Path) -> Iterator[str]:
    """A provider that sends browsers back to these pages; its issuer."""
    given = [str(port), secret, f"{pages}/login/callback", str(folder)]
    ready = answers(f"{issuer_at(port)}/.well-known/openid-configuration")
    with running([sys.executable, "-m", _MODULE, *given], ready, folder / "log"):
        yield issuer_at(port)


def sent(visitor: httpx.Client, page: httpx.Response, **fields: str) -> httpx.Response:
    """The answer to the form of a page, with what is hidden in it."""
    hidden = {name: unescape(value) for name, value in _HIDDEN.findall(page.text)}
    return visitor.post(page.url, data={**hidden, **fields})


def logged_in(visitor: httpx.Client, page: httpx.Response, name: str) -> httpx.Response:
    """The page of consent, behind the login; who is known there already is led past the login."""
    if 'name="password"' in page.text:
        page = sent(visitor, page, username=name, password=PASSWORD)
    assert "Authorize PipeWeave?" in page.text, page.text
    return page
