"""A storage, and hashes that cost little."""

import pytest
from argon2 import PasswordHasher

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.services.users import passwords
from pipeweave_dagster.settings import Settings


@pytest.fixture
def store(home) -> DocumentStore:
    settings = Settings()
    return DocumentStore(open_storage(settings), settings.cache_folder)


@pytest.fixture
def cheap_hashes(monkeypatch):
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: cheap)
