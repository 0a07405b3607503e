"""Alerts: which problems are new, whom they concern, and what the messages say. Pure."""

from pipeweave_dagster.core.alerts.message import Links, compose
from pipeweave_dagster.core.alerts.open_problems import OpenProblem, news
from pipeweave_dagster.core.alerts.outbox import AlertState, Letter, Sent, enqueue
from pipeweave_dagster.core.alerts.problem import Kind, Observation, is_muted

__all__ = [
    "AlertState",
    "Kind",
    "Letter",
    "Links",
    "Observation",
    "OpenProblem",
    "Sent",
    "compose",
    "enqueue",
    "is_muted",
    "news",
]
