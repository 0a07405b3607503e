"""What the functions that describe documents share."""

from collections.abc import Callable
from typing import Any, TypeAlias

from pipeweave_dagster.settings import Settings

Describers: TypeAlias = dict[str, Callable[[Any, Settings], dict[str, Any]]]
"""From the kind of a document to the function that makes its metadata."""

MOST_COLUMNS = 300
"""Columns that are listed for one asset: the event log takes 256 kB of metadata."""
MAX_NAME = 120
