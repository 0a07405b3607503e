"""Guardrails on single columns: constant, identifying, misspelled."""
