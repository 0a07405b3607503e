"""What holds for every test: an environment of its own, and no connection to another machine."""

import gc
import importlib.util
import os
import re
import sys
from collections import Counter
from collections.abc import Generator, Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

# Fits of the tests share the cores with other tests, so their threads must not spin. OpenMP reads
# this when the first package that uses it is imported: it has to be set before any test is.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# Three processes have two cores, so a second thread of a small fit only costs (two fifths of all
# the time of the model families). Worker processes still get as many as the product gives them.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from hypothesis import HealthCheck, settings

from pipeweave_dagster.core.ingest.base import database
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests import kept_database
from pipeweave_dagster_tests.pairwise import keep_pairs
from pipeweave_dagster_tests.servers.browser import FAILED, browser
from pipeweave_dagster_tests.servers.databases import (
    mariadb_server,
    mongodb_server,
    postgres_server,
)
from pipeweave_dagster_tests.servers.s3 import S3Server, moto_server, s3_server

# As in the processes that tests start (see guard/): ten thousand tests are imported.
gc.set_threshold(50_000, 20, 10)
# How long a test takes says nothing on a machine that is shared with others.
settings.register_profile("pipeweave", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("pipeweave")

__all__ = [
    "S3Server",
    "browser",
    "mariadb_server",
    "mongodb_server",
    "moto_server",
    "postgres_server",
    "s3_server",
]

ROOT = Path(__file__).parents[1]
GUARD = Path(__file__).parent / "guard"
LOG_VARIABLE = "PIPEWEAVE_NETWORK_GUARD_LOG"
# Libraries leave their telemetry off when they see one of these, so it would go untested.
_TELLTALES = ("CI", "GITHUB_ACTIONS", "DAGSTER_DISABLE_TELEMETRY", "MLFLOW_DISABLE_TELEMETRY")
_TELLTALES += ("DO_NOT_TRACK", "GX_ANALYTICS_ENABLED")
_LONGEST = ("dev", "killed", "stack", "cli")
# Servers, worker processes and an installed wheel that whole sessions share: started once.
_COSTLY = ("s3_server", "moto_server", "mariadb_server", "mongodb_server", "postgres_server")
_COSTLY += ("bench", "wheel")
_FOREIGN = ("AWS_", "DAGSTER_", "MLFLOW_", "S3_", "PIPEWEAVE_")
_NUMBERS = count()
_ALONE = pytest.StashKey[bool]()
_AT_A_TIME = 16
"""Tests of one file that a process gets together, if they share nothing."""


@cache
def _settings_variables() -> set[str]:
    """Every environment variable that the settings read."""
    aliases = (field.validation_alias for field in Settings.model_fields.values())
    return {str(name) for alias in aliases for name in getattr(alias, "choices", [])}


@pytest.fixture(scope="session", autouse=True)
def _network_guard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Installs the guard here, and through the environment in every child process."""
    log = tmp_path_factory.mktemp("guard") / "outbound.log"
    log.touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(LOG_VARIABLE, str(log))
        patch.setenv("PYTHONPATH", str(GUARD), prepend=os.pathsep)
        name = "pipeweave_network_guard"
        spec = importlib.util.spec_from_file_location(name, GUARD / "sitecustomize.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
        yield log


@pytest.fixture(scope="session", autouse=True)
def _kept_database() -> Iterator[None]:
    """Readers of this process share an instance of DuckDB; see there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "open_database", kept_database.attached)
        yield


@pytest.fixture
def own_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each reader has an instance of its own, as outside of the tests."""
    monkeypatch.setattr(database, "open_database", kept_database.plain)


@pytest.fixture(autouse=True)
def no_outbound(_network_guard: Path) -> Iterator[Path]:
    """Fails a test during which anything reached out, even if the error was swallowed."""
    before = _network_guard.stat().st_size
    yield _network_guard
    if _network_guard.stat().st_size != before:
        reached_out = _network_guard.read_bytes()[before:].decode()
        pytest.fail(f"connections to other machines:\n{reached_out}")


@pytest.fixture(scope="session", autouse=True)
def _clean_environment(_network_guard: Path) -> Iterator[None]:
    """No setting or secret of the developer is seen."""
    with pytest.MonkeyPatch.context() as patch:
        settings = _settings_variables()
        for variable in [*os.environ]:
            foreign = variable in settings or variable.startswith(_FOREIGN)
            if variable in _TELLTALES or (foreign and variable != LOG_VARIABLE):
                patch.delenv(variable)
        yield


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that share a fixture of their module run in one process, so that it is made once.

    So do those that share something costly of the whole session, and others of one file a few at
    a time: pytest-xdist hands out groups, and its controller goes through all of them for each test
    that has ended. What takes longest comes first, or one process would be at work long after the
    others.
    """
    keep_pairs(config, items)
    alone: Counter[str] = Counter()
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            name = _shared(item)
            item.stash[_ALONE] = not name
            if not name:
                file = item.nodeid.partition("::")[0]
                name = f"{file} {alone[file] // _AT_A_TIME}"
                alone[file] += 1
            item.add_marker(pytest.mark.xdist_group(name))
    items.sort(key=_rank)


def _shared(item: pytest.Item) -> str:
    """Return the group of a test that shares a fixture; empty if it shares none."""
    info = getattr(item, "_fixtureinfo", None)
    found = info.name2fixturedefs if info else {}
    if any(definition.scope == "module" for made in found.values() for definition in made):
        return item.nodeid.partition("::")[0]
    return next((name for name in _COSTLY if name in found), "")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Never look for garbage in what collecting has made: ten thousand tests stay until the end."""
    gc.freeze()


def _rank(item: pytest.Item) -> int:
    """Where a test stands in the order; servers, which mostly wait, go beside what calculates."""
    group = item.get_closest_marker("xdist_group")
    name = group.args[0] if group else ""
    if name in _LONGEST:
        return _LONGEST.index(name)
    early = not item.stash.get(_ALONE, False) or item.get_closest_marker("slow") is not None
    return len(_LONGEST) + (not early)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Forget what fixtures of earlier modules left: MLflow writes its address into the environment.

    This comes before every fixture of the test, also those of the whole session.
    """
    settings = _settings_variables()
    for variable in [*os.environ]:
        foreign = variable in settings or variable.startswith(_FOREIGN)
        if foreign and variable != LOG_VARIABLE:
            del os.environ[variable]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Let fixtures know at their end whether the test has failed."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder; the fixture of pytest reads the names of all earlier ones to number it."""
    name = re.sub(r"\W", "_", request.node.name)[:30]
    return tmp_path_factory.mktemp(f"{name}{next(_NUMBERS)}", numbered=False)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty PIPEWEAVE_HOME, in a folder without a `.env` file.

    What a test (or MLflow inside it) puts into the environment is gone after it: fixtures of the
    whole session are set up between tests. So are the settings, which commands read once a process,
    and the models of other packages that such settings named.
    """
    folder = tmp_path / "home"
    monkeypatch.setenv("PIPEWEAVE_HOME", str(folder))
    monkeypatch.chdir(tmp_path)
    commands = sys.modules.get("pipeweave_dagster.cli.support.home")
    if commands is not None:
        commands.settings.cache_clear()
    before = dict(os.environ)
    yield folder
    families = sys.modules.get("pipeweave_dagster.core.families")
    if families is not None:
        families.use_plug_ins({})
    changed = dict(os.environ).items() ^ before.items()
    for name in {name for name, _ in changed} - {"PYTEST_CURRENT_TEST"}:
        if name in before:
            os.environ[name] = before[name]
        else:
            del os.environ[name]


@pytest.fixture(scope="session")
def examples() -> Path:
    """The folder of the example data sets."""
    return ROOT / "examples"
