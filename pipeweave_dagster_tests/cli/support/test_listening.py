"""What the pages say when they start."""

from pathlib import Path

import pytest

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.cli.support.listening import login_warning
from pipeweave_dagster.core.access import Role
from pipeweave_dagster.services.users.directory import add_user
from pipeweave_dagster.settings import Settings


def test_users_without_a_key_are_noticed_at_the_start(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only an attempt to log in had said that the key is missing."""
    monkeypatch.delenv("JWT_SECRET_KEY", raising=False)
    settings = Settings()
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    assert not login_warning(settings, store)
    add_user(store, "ada", Role.ADMIN, None)
    warning = login_warning(settings, store)
    assert warning.startswith("Nobody can log in: JWT_SECRET_KEY is not set")
    assert warning.endswith("openssl rand -hex 32, and start this again.\n")
    monkeypatch.setenv("JWT_SECRET_KEY", "k" * 32)
    assert not login_warning(Settings(), store)
