"""Advice for schema, report and pipeline; without usable advice the rules' document is kept."""

from pipeweave_dagster.services.advice.advised import Advised, advice_settings
from pipeweave_dagster.services.advice.pipeline import advised_pipeline
from pipeweave_dagster.services.advice.report import advised_report
from pipeweave_dagster.services.advice.schema import advised_schema

__all__ = [
    "Advised",
    "advice_settings",
    "advised_pipeline",
    "advised_report",
    "advised_schema",
]
