"""Guardrails on missing values and on what stands for them."""
