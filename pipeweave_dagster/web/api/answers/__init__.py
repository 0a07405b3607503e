"""The data of answers. Documents of PipeWeave are used as they are."""

from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
"""An object whose keys are those of the command line's JSON."""
