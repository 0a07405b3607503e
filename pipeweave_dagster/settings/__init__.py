"""All settings, typed. This is the only package that reads the environment."""

from pipeweave_dagster.settings.environment import ALERT_PREFIX, alert_variable, debug_wanted
from pipeweave_dagster.settings.installation import GROUPS, Settings

__all__ = ["ALERT_PREFIX", "GROUPS", "Settings", "alert_variable", "debug_wanted"]
