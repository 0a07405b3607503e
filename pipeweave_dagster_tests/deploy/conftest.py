"""One started stack for the tests of a module that need one; they belong to one xdist group."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeweave_dagster_tests.deploy.colleague import ADA, Colleague, provider_of, provider_settings
from pipeweave_dagster_tests.deploy.stack import Stack, started
from pipeweave_dagster_tests.deploy.team import DATASET, PLANTED, ROOT, Team, planted

BUDGET_S = 2


def made_secrets(path: Path) -> dict[str, str]:
    """The variables that `make secrets` writes."""
    subprocess.run(
        [sys.executable, str(ROOT / "deploy" / "make_secrets.py"), str(path)],
        check=True,
        capture_output=True,
    )
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Everything that docker-compose.yml starts, healthy, with what `make secrets` wrote."""
    variables = made_secrets(tmp_path_factory.mktemp("stack") / ".env")
    variables |= {"PIPEWEAVE_TIME_BUDGET_S": str(BUDGET_S), **provider_settings()}
    with started(variables, planted()) as running:
        yield running


@pytest.fixture(scope="module")
def team(stack: Stack) -> Iterator[Team]:
    """The people in front of it."""
    people = Team(stack)
    yield people
    people.close()


@pytest.fixture(scope="module")
def colleague(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Colleague]:
    """Ada, whom the identity provider knows, and who is a viewer here."""
    with provider_of(stack, tmp_path_factory.mktemp("provider")):
        ada = Colleague(stack, ADA)
        yield ada
        ada.close()


@pytest.fixture(scope="module")
def champion(team: Team) -> dict[str, Any]:
    """The champion of a file that somebody without any key has uploaded."""
    began = time.monotonic()
    data = (ROOT / "examples" / "penguins.csv").read_bytes()
    team.upload({"pipeweave.yaml": b"target: species\n", "penguins.csv": data})
    team.stack.wait(lambda: team.champion() is not None, 480, "code", every=1)
    team.stack.wait(lambda: team.runs()[0]["status"] == "SUCCESS", 120, "code", every=1)
    found = team.champion()
    assert found is not None
    return {**found, "seconds": time.monotonic() - began}


__all__ = ["DATASET", "PLANTED", "champion", "colleague", "stack", "team"]
