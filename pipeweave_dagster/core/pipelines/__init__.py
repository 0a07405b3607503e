"""Pipelines as data: constructed by rules, checked before anything is computed, then compiled."""

from pipeweave_dagster.core.pipelines.difference import Change, difference
from pipeweave_dagster.core.pipelines.plan import plan
from pipeweave_dagster.core.pipelines.problem import Problem
from pipeweave_dagster.core.pipelines.validate import validate

__all__ = ["Change", "Problem", "difference", "plan", "validate"]
