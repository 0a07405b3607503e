"""Texts without the folders of this server: who reads a page or an answer knows keys, no paths."""

from typing import Any, TypeVar, cast

from pipeweave_dagster.adapters.state import Attempt
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.settings import Settings

T = TypeVar("T")


def without_paths(content: T, settings: Settings) -> T:
    """Return JSON-like content in which what is below storage and home is named by its key.

    Example:
        `/srv/pipeweave/storage/raw/1f` becomes `raw/1f`, the folder alone `the storage`.
    """
    return cast("T", _replaced(content, _places(settings)))


def attempt_without_paths(attempt: Attempt, settings: Settings) -> Attempt:
    """Return a record whose error names no folder."""
    return attempt.model_copy(update={"error": without_paths(attempt.error, settings)})


def error_without_paths(error: PipeWeaveError, settings: Settings) -> PipeWeaveError:
    """Return the same error; its texts name no folder."""
    message, fix = (without_paths(text, settings) for text in (error.message, error.fix))
    return PipeWeaveError(error.code, message, fix=fix, **without_paths(error.details, settings))


def _places(settings: Settings) -> list[tuple[str, str]]:
    """Return the folders with the words for them; the inner ones first."""
    found = {str(settings.home): "the home", str(settings.home.absolute()): "the home"}
    if not settings.storage_is_s3:
        found[str(settings.storage_folder)] = "the storage"
    found[settings.storage_url] = "the storage"
    named = [(place.rstrip("/"), word) for place, word in found.items()]
    return sorted((n for n in named if len(n[0]) > 1), key=lambda named: -len(named[0]))


def _replaced(content: Any, places: list[tuple[str, str]]) -> Any:
    if isinstance(content, str):
        for place, word in places:
            content = content.replace(f"{place}/", "").replace(place, word)
    elif isinstance(content, dict):
        return {key: _replaced(value, places) for key, value in content.items()}
    elif isinstance(content, list):
        return [_replaced(value, places) for value in content]
    return content
