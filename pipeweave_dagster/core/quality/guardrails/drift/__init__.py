"""Guardrails that compare a version of a data set with the one before."""
