"""Prompts, one file per version; a released file never changes, it gets a successor."""

from functools import cache
from importlib import resources

from pipeweave_dagster.core.documents.advice import AdviserName

CURRENT: dict[AdviserName, str] = {
    "schema": "schema-1",
    "narrative": "narrative-1",
    "architect": "architect-1",
}


@cache
def instruction(prompt: str) -> str:
    """Return the text of a prompt by its name, such as `schema-1`."""
    return (resources.files(__name__) / f"{prompt}.txt").read_text(encoding="utf-8")
