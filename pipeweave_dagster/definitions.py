"""What Dagster loads."""

from pipeweave_dagster.build import build_defs

defs = build_defs()
