"""Guardrails that compare a version of a data set with the previous one."""
