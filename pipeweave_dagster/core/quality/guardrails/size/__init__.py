"""Guardrails on the amount of data."""
