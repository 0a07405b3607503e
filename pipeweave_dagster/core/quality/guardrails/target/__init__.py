"""Guardrails on the target: present, complete, varied and unambiguous."""
