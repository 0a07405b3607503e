"""Guardrails on repeated rows and redundant columns."""
