"""Guardrails on rows: quarantined, grouped, ordered in time, outlying."""
