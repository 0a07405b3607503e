"""Commands read their settings once a process; here many commands share one."""

from collections.abc import Iterator

import pytest

from pipeweave_dagster.cli.support import home as cli_home


@pytest.fixture(autouse=True)
def _fresh_settings() -> Iterator[None]:
    """No command sees the settings of another test."""
    cli_home.settings.cache_clear()
    yield
    cli_home.settings.cache_clear()
