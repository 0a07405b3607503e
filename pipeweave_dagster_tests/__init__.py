"""Tests of PipeWeave; the folders mirror those of `pipeweave_dagster`."""
