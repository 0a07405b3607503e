"""Guardrails on missing values and their placeholders."""
