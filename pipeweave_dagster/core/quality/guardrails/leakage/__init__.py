"""Guardrails against leakage: columns that are not known at prediction time."""
