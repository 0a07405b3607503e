"""Somebody to ask: Gemini if the environment holds a key, else nobody."""

from pathlib import Path

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.services.advice_calls import AdvisorSession, GeminiAdvisor, advice_enabled
from pipeweave_dagster.settings import Settings


def settings(home: Path) -> Settings:
    """Those of the environment, with a storage of its own for the records."""
    return Settings(home=home, storage=str(home / "storage"), advisor="gemini")


def asker(given: Settings) -> AdvisorSession | None:
    """An adviser under the limits of the environment, or None without a key."""
    if not advice_enabled(given):
        return None
    store = DocumentStore(open_storage(given), given.cache_folder)
    return AdvisorSession(store, given, GeminiAdvisor(given))
