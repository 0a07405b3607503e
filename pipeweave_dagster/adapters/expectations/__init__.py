"""The suite of a data set: which one is in force, and holding a version to it in the child."""

from pipeweave_dagster.adapters.expectations.in_force import InForce, accept, suite_in_force

__all__ = ["InForce", "accept", "suite_in_force"]
