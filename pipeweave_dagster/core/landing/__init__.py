"""What lies in the landing zone, and what of it is new: pure functions of listings."""

from pipeweave_dagster.core.landing.diff import Arrivals, Seen, arrivals
from pipeweave_dagster.core.landing.uploads import Upload, newest, uploads_in
from pipeweave_dagster.core.landing.yaml_settings import parse_settings, settings_from

__all__ = [
    "Arrivals",
    "Seen",
    "Upload",
    "arrivals",
    "newest",
    "parse_settings",
    "settings_from",
    "uploads_in",
]
