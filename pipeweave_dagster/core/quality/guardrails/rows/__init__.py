"""Guardrails on rows: quarantined, grouped, sorted by time, outlying."""
