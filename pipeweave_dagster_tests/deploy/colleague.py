"""Somebody in front of the proxy who logs in by the identity provider, without a browser."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from pipeweave_dagster_tests.deploy.stack import Stack
from pipeweave_dagster_tests.deploy.team import DAGSTER, DATASET, MLFLOW, PAGES, READ_ONLY
from pipeweave_dagster_tests.servers.openid_provider import CLIENT, USERS
from pipeweave_dagster_tests.servers.openid_visit import issuer_at, logged_in, provider, sent
from pipeweave_dagster_tests.servers.process import free_ports

ADA, EVE = USERS
OF_VIEWERS = {DAGSTER: 403, READ_ONLY: 200, MLFLOW: 403, PAGES: 200}
OF_ADMINS = dict.fromkeys(OF_VIEWERS, 200)
OF_STRANGERS = dict.fromkeys(OF_VIEWERS, 401)
_HTML = {"accept": "text/html"}
_BY_PROVIDER = re.compile(r'href="(/login/provider\?[^"]+)"')
_LAUNCH = """mutation { launchRun(executionParams: {selector: {
  repositoryName: "r", repositoryLocationName: "l", pipelineName: "p"}}) { __typename } }"""


def provider_settings() -> dict[str, str]:
    """What stands in `.env` for a provider on a free port of this machine."""
    (port,) = free_ports(1)
    secret = secrets.token_urlsafe(32)
    return {
        "OIDC_ISSUER": issuer_at(port),
        "OIDC_CLIENT_ID": CLIENT,
        "OIDC_CLIENT_SECRET": secret,
    }


@contextmanager
def provider_of(stack: Stack, folder: Path) -> Iterator[None]:
    """The provider that the stack was started with; Ada is a viewer here, and Eve nobody."""
    port = urlsplit(stack.variables["OIDC_ISSUER"]).port or 0
    with provider(port, stack.variables["OIDC_CLIENT_SECRET"], stack.url(PAGES), folder):
        users(stack, "add", ADA, "--role", "viewer", "--no-password")
        yield


def users(stack: Stack, *words: str) -> None:
    """A command about users, as an administrator gives it inside the deployment."""
    done = stack.run("pages", "pipeweave", "users", *words)
    assert done.returncode == 0, done.stderr


class Colleague:
    """One browser, with the cookies of deployment and provider.

    Args:
        stack: The started stack.
        name: Of the user at the provider.
    """

    def __init__(self, stack: Stack, name: str) -> None:
        self.stack, self.name = stack, name
        self.client = httpx.Client(trust_env=False, timeout=30, follow_redirects=True)

    def log_in(self, port: int, path: str = "/") -> httpx.Response:
        """Open a page, be led to the login and to the provider, agree, and come back."""
        form = self.client.get(self.stack.url(port) + path, headers=_HTML)
        link = _BY_PROVIDER.search(form.text)
        assert link is not None, form.text
        page = self.client.get(self.stack.url(PAGES) + unescape(link[1]), headers=_HTML)
        return sent(self.client, logged_in(self.client, page, self.name), allow="Authorize")

    def log_out(self) -> httpx.Response:
        """Press the button of the pages."""
        pages = self.stack.url(PAGES)
        return self.client.post(f"{pages}/logout", headers={**_HTML, "origin": pages})

    def doors(self) -> dict[int, int]:
        """Port to status, as a program gets it, which is not led to the login."""
        return {p: self.client.get(self.stack.url(p)).status_code for p in OF_VIEWERS}

    def launch(self, port: int) -> httpx.Response:
        """Ask Dagster for a run of a job that it does not have."""
        return self.client.post(f"{self.stack.url(port)}/graphql", json={"query": _LAUNCH})

    def promote(self, version: str) -> httpx.Response:
        """Ask the pages for another champion."""
        url = f"{self.stack.url(PAGES)}/api/v1/models/{DATASET}/promote"
        return self.client.post(url, json={"version": version})

    def close(self) -> None:
        """Close the connections."""
        self.client.close()
