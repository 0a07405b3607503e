"""The own types of model files, which name this path (`trusted_types.HOME`) for ever."""

from pipeweave_dagster.core.model.clipped import Clipped
from pipeweave_dagster.core.model.group_relative import GroupKeys, GroupRelative

__all__ = ["Clipped", "GroupKeys", "GroupRelative"]
