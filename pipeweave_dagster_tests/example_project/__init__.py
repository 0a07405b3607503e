"""Somebody's own Dagster project that has taken PipeWeave in; the tests load and run it."""
