"""Guardrails against leakage: columns that would not be known when the model predicts."""
