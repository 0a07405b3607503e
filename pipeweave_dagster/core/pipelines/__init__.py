"""Pipelines as data: constructed by rules, checked before anything is computed, then compiled."""

from pipeweave_dagster.core.pipelines.checks.problem import Problem
from pipeweave_dagster.core.pipelines.checks.validate import validate
from pipeweave_dagster.core.pipelines.pipeline_diff import Change, difference
from pipeweave_dagster.core.pipelines.plan import plan

__all__ = ["Change", "Problem", "difference", "plan", "validate"]
