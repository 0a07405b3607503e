"""Guardrails on the target: present, known, varied and clear."""
