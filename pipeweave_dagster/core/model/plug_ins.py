"""Which models of other packages this process may load: those that the settings name.

Only names and paths; nothing is imported before a model is fitted or loaded.
"""

import re
from collections.abc import Mapping

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_used: dict[str, str] = {}


def set_plug_ins(checkpoints: Mapping[str, str]) -> None:
    """Replace the plug-ins of this process: the local checkpoint of each, by name."""
    _used.clear()
    _used.update(checkpoints)


def plug_ins() -> dict[str, str]:
    """Return the local checkpoint of each plug-in, by name."""
    return dict(_used)
