"""When a model is due for retraining; pure, and without a clock of its own."""

from pipeweave_dagster.core.retraining.due import Due, Facts, Rule, next_time, rule_of, why_due

__all__ = ["Due", "Facts", "Rule", "next_time", "rule_of", "why_due"]
