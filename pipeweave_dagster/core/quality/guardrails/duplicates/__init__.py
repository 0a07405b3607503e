"""Guardrails on duplicate rows and redundant columns."""
