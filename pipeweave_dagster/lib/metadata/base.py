"""The type of the functions that describe documents."""

from collections.abc import Callable
from typing import Any, TypeAlias

from pipeweave_dagster.settings import Settings

Describers: TypeAlias = dict[str, Callable[[Any, Settings], dict[str, Any]]]
"""From the kind of a document to the function that makes its metadata."""
