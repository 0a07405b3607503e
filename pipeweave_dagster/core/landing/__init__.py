"""The landing zone: uploads, which of them are new, and the settings file beside them."""

from pipeweave_dagster.core.landing.bucket_events import changed_keys, place_of
from pipeweave_dagster.core.landing.diff import Arrivals, Seen, arrivals
from pipeweave_dagster.core.landing.uploads import Upload, newest, uploads_in
from pipeweave_dagster.core.landing.yaml_settings import parse_settings, settings_from

__all__ = [
    "Arrivals",
    "Seen",
    "Upload",
    "arrivals",
    "changed_keys",
    "newest",
    "parse_settings",
    "place_of",
    "settings_from",
    "uploads_in",
]
