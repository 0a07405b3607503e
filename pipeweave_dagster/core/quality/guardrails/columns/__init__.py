"""Guardrails on single columns: constant, identifying, inconsistently spelled."""
