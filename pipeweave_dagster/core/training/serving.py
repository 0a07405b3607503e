"""Where `core.model.serving` stood first; stored model files name this path (`serving.HOME`)."""

from pipeweave_dagster.core.model.serving import *  # noqa: F403 - all of it, for stored models
