"""The code location that Dagster loads."""

from pipeweave_dagster.build import build_standalone_defs

defs = build_standalone_defs()
